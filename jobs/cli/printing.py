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


def check_files(files: list[Path], read: Callable[[Path], str]) -> None:
    """Say of each file what reading it finds, or raise what is wrong with all that are."""
    problems = []
    for file in files:
        try:
            say(f"{file}: {read(file)}")
        except UsageError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("\n".join(problems))
