"""What all commands share: how they print."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from jobs.errors import UsageError

console = Console(highlight=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


def say(text: str) -> None:
    """Print a line as it is: no markup, no wrapping."""
    console.print(text, markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def is_there(path: Path) -> Path:
    """The path of a file that is to be read. Raises UsageError where there is none."""
    if path.is_dir():
        raise UsageError(f"{path}: it is a folder; name a file in it")
    if not path.exists():
        raise UsageError(f"{path}: there is no such file; name one that is there")
    return path


def can_be_written(path: Path) -> Path:
    """The path of a file that is to be made. Raises UsageError where it is there already, or its folder is not."""
    if path.exists():
        raise UsageError(f"{path} is there already; name another file, or move it away")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}; make it, or name another")
    return path


def sentence_of(error: OSError) -> str:
    """What is wrong with a place that a command was given, and what to do."""
    match error:
        case FileNotFoundError():
            said = "it is not there; name a place that is"
        case FileExistsError() | NotADirectoryError():
            said = "a file stands where a folder should; name a folder"
        case IsADirectoryError():
            said = "it is a folder; name a file"
        case _:
            said = f"{error.strerror or error}; name another place, or give this account the right to it"
    return f"{error.filename}: {said}"


def check_files(files: list[Path], read: Callable[[Path], str]) -> None:
    """Say of each file what reading it finds, or raise what is wrong with all that are."""
    problems = []
    for file in files:
        try:
            say(f"{file}: {read(is_there(file))}")
        except UsageError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("\n".join(problems))
