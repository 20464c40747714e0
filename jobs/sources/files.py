"""Which deliveries of a source lie in the inbox, and which files each holds.

A contract's path is a glob below the inbox. Names are compared without regard to case and to Unicode form: `*.xlsx`
matches `이력.XLSX`, and a name that macOS wrote decomposed.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jobs.contracts import Contract
from jobs.errors import DataError, UsageError

DELIVERY_DATE = "{delivery_date}"
DATE = r"(?P<date>\d{4}-\d{2}-\d{2})"


@dataclass(frozen=True)
class DeliveredFile:
    """A file of a delivery: the source table it holds, where it is, and its name within the delivery."""

    table: str
    path: Path
    name: str


def deliveries(contract: Contract, inbox: Path) -> list[date]:
    """The dates for which the source handed something over, in order."""
    return sorted({found for found, _ in _matches(contract, inbox)})


def files(contract: Contract, inbox: Path, delivery_date: date) -> list[DeliveredFile]:
    """The files of one delivery by table and name.

    A source that delivers everything must deliver a file for each of its tables: a table left out by mistake would
    read as a withdrawal of all its records.
    """
    found = sorted(
        (file for when, file in _matches(contract, inbox) if when == delivery_date), key=lambda f: (f.table, f.name)
    )
    lacking = [name for name in contract.reads.sources if name not in {file.table for file in found}]
    if lacking and (not found or contract.delivers == "everything"):
        path = contract.reads.sources[lacking[0]].path.replace(DELIVERY_DATE, delivery_date.isoformat())
        raise DataError(
            f"{contract.source}, delivery {delivery_date}: no file matches {path!r} in the inbox {inbox}; "
            "deliver it, or correct `path` in the contract"
        )
    return found


def _matches(contract: Contract, inbox: Path) -> Iterator[tuple[date, DeliveredFile]]:
    """Every file that a path of the contract matches, with its delivery's date."""
    if not inbox.is_dir():
        raise UsageError(f"no inbox at {inbox}; set YEJI_INBOX to the folder that holds the sources' deliveries")
    patterns = {name: tuple(table.path.split("/")) for name, table in contract.reads.sources.items()}
    depth = _common_depth(list(patterns.values()))
    for table, segments in patterns.items():
        for parts, found in _walk(inbox, segments, ()):
            path = inbox.joinpath(*parts)
            if not path.resolve().is_relative_to(inbox.resolve()):
                raise DataError(f"{path} is a link that leaves the inbox; put the file itself there")
            name = unicodedata.normalize("NFC", "/".join(parts[depth:]))
            yield _date(found, path) if found else _stated(contract), DeliveredFile(table, path, name)


def _stated(contract: Contract) -> date:
    assert contract.reads.delivered_on is not None  # a contract's check sees to it
    return contract.reads.delivered_on


def _date(text: str, path: Path) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DataError(f"{path}: {text} is no date; rename it to the day of the delivery (YYYY-MM-DD)") from None


def _common_depth(patterns: list[tuple[str, ...]]) -> int:
    """How many leading folders are the same for every file of a delivery."""
    depth = 0
    for segments in zip(*(pattern[:-1] for pattern in patterns), strict=False):
        if len(set(segments)) > 1 or re.search(r"[*?\[]", segments[0]):
            break
        depth += 1
    return depth


def _walk(
    folder: Path, segments: tuple[str, ...], parts: tuple[str, ...], found: str = ""
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Paths below a folder that match the segments of a pattern, each with the delivery date in it."""
    head, rest = _matcher(segments[0]), segments[1:]
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        match = head.fullmatch(unicodedata.normalize("NFC", entry.name))
        if not match or entry.name.startswith((".", "~$")):
            continue
        when = match.groupdict().get("date", found)
        if rest and entry.is_dir():
            yield from _walk(entry, rest, (*parts, entry.name), when)
        elif not rest and entry.is_file():
            yield (*parts, entry.name), when


@cache
def _matcher(segment: str) -> re.Pattern[str]:
    """A glob's segment as an expression; `*`, `?` and `[…]` mean what they mean in a shell."""
    pieces = re.split(r"(\{delivery_date\}|\*|\?|\[[^]]+\])", unicodedata.normalize("NFC", segment))
    known = {DELIVERY_DATE: DATE, "*": ".*", "?": "."}
    return re.compile(
        "".join(
            known.get(p, p.replace("[!", "[^") if p.startswith("[") and p.endswith("]") else re.escape(p))
            for p in pieces
        ),
        re.IGNORECASE,
    )
