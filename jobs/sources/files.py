"""Which deliveries of a source lie in the inbox, and which files each holds.

A contract's path is a glob below the inbox. Names are compared without regard to case and to Unicode form: `*.xlsx`
matches `이력.XLSX`, and a name that macOS wrote decomposed. Beside the files of the glob, the workbooks that went back to
the firm are found: `이력_반송.xlsx` of `이력.csv`, `이력_반송행만.csv` that was made of one, and any `이력_반송….xlsx` or (of a
CSV source) `이력.xlsx` with the column of return codes.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath

from jobs.contracts import Contract
from jobs.errors import DataError, UsageError
from jobs.refusals import CSV, WORKBOOK, Both, Refusal, Refused
from jobs.sources.read import is_returned, read_rows
from jobs.sources.rows import RETURNED, RETURNED_ROWS, is_of_refused_rows
from jobs.spreadsheet.names import shown

DELIVERY_DATE = "{delivery_date}"
DATE = r"(?P<date>\d{4}-\d{2}-\d{2})"

PASSED_OVER = re.compile(
    r"\..*|~\$.*|.*~|.*\.(part|partial|filepart|crdownload|download|tmp)|thumbs\.db|desktop\.ini|__MACOSX", re.I
)
"""Names that office programs, copying programs and desktops give to what is not for anyone else."""

MOST_NAMED = 5
"""So many files that no table reads are named where the file of a table lacks."""
HWP = (".hwp", ".hwpx", ".hml")
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".xltx", ".ods")


@dataclass(frozen=True)
class DeliveredFile:
    """A file of a delivery: the source table it holds, where it is, and its name within the delivery.

    `problem` says what was found in a file's place but is none that can be kept.
    """

    table: str
    path: Path
    name: str
    problem: Refusal | None = None


def deliveries(contract: Contract, inbox: Path) -> list[date]:
    """The dates for which the source handed something over, in order."""
    return sorted({found for found, _ in _matches(contract, inbox) if found})


def misnamed(contract: Contract, inbox: Path) -> list[Refusal]:
    """A refusal for each folder or file that stands where a delivery's date should, and is none."""
    found = [file.path for when, file in _matches(contract, inbox) if when is None]
    return [Refusal("no_day", {"file": str(path)}) for path in found]


def files(contract: Contract, inbox: Path, delivery_date: date) -> list[DeliveredFile]:
    """The files of one delivery by table and name.

    A source that delivers everything must deliver a file for each of its tables, for a table left out by mistake would
    read as a withdrawal of all its records; but beside mended rows alone, which withdraw nothing.
    """
    matched = (f for when, f in _matches(contract, inbox) if when == delivery_date and _is_meant(f, contract))
    found = _without_twins(sorted(matched, key=lambda f: (f.table, f.name)))
    lacking = [name for name in contract.reads.sources if name not in {file.table for file in found}]
    if lacking and not (found and (contract.delivers == "changes" or _are_corrections(found, contract))):
        path = contract.reads.sources[lacking[0]].path.replace(DELIVERY_DATE, delivery_date.isoformat())
        place = {"source": contract.source, "delivered": str(delivery_date)}
        names = ", ".join(list(beside(contract, inbox, delivery_date, found, ()))[:MOST_NAMED])
        there = Both(f" (unread there: {names})", f"(읽지 않은 파일: {names})") if names else Both("", "")
        raise Refused("no_file_of_table", place, path=path, inbox=str(inbox), there=there)
    return found


def beside(
    contract: Contract, inbox: Path, delivery_date: date, found: Sequence[DeliveredFile], others: Iterable[Contract]
) -> dict[str, Refusal]:
    """What lies with the files of a delivery (`found`) and is read by no contract: files, and whole folders of such, by name.

    Where the folder's name is the date, all in it is the delivery's; else what names the date, and of a source that
    delivers once, all that lies there.
    """
    patterns = {name: _segments(table.path) for name, table in contract.reads.sources.items()}
    depth, all_contracts = _common_depth(list(patterns.values())), (contract, *others)
    told: dict[str, Refusal] = {}
    for folder, is_dated in dict.fromkeys(_folder(file, patterns[file.table], inbox) for file in found):
        for path in _unread(folder, {file.path for file in found}, inbox, all_contracts):
            stands = "/".join(path.relative_to(inbox).parts[depth:]) + "/" * path.is_dir()
            name = shown(_as_text(unicodedata.normalize("NFC", stands)))
            if is_dated or contract.reads.delivered_on or delivery_date.isoformat() in path.name:
                told[name] = _unread_as(name, contract)
    return told


def _folder(file: DeliveredFile, pattern: tuple[str, ...], inbox: Path) -> tuple[Path, bool]:
    """The folder that holds a file's delivery, and whether the date is in its name."""
    at = next((i for i, segment in enumerate(pattern[:-1], start=1) if DELIVERY_DATE in segment), 0)
    return inbox.joinpath(*file.path.relative_to(inbox).parts[: at or len(pattern) - 1]), at > 0


def _unread(folder: Path, read: Set[Path], inbox: Path, contracts: Iterable[Contract]) -> Iterator[Path]:
    """What in a folder is neither in `read` nor asked for by a contract; a folder of nothing else as one."""
    for path in sorted(folder.iterdir()):
        if path in read or PASSED_OVER.fullmatch(path.name) or _is_asked_for(path.relative_to(inbox).parts, contracts):
            continue
        if not path.is_dir() or path.is_symlink() or not os.access(path, os.R_OK | os.X_OK):
            yield path
        elif inside := list(_unread(path, read, inbox, contracts)):
            ours = (entry for entry in path.iterdir() if not PASSED_OVER.fullmatch(entry.name))
            yield from [path] if set(inside) == set(ours) else inside


def _is_asked_for(parts: tuple[str, ...], contracts: Iterable[Contract]) -> bool:
    """Whether a contract's path matches that of a file."""
    names = [unicodedata.normalize("NFC", part) for part in parts]
    patterns = (_segments(table.path) for contract in contracts for table in contract.reads.sources.values())
    return any(
        len(pattern) == len(names) and all(_matcher(s).fullmatch(n) for s, n in zip(pattern, names, strict=True))
        for pattern in patterns
    )


def _unread_as(name: str, contract: Contract) -> Refusal:
    """Why a file is not read: by its ending, where that says what to do."""
    ending = PurePosixPath(name).suffix.lower()
    form = CSV if contract.reads.kind == "csv" else WORKBOOK
    if ending in HWP and not contract.reads.has_columns:
        return Refusal("unread_hwp", {"file": name, **form})
    asked = {PurePosixPath(table.path).suffix.lower() for table in contract.reads.sources.values() if table.path}
    if ending in WORKBOOKS and ending not in asked and not contract.reads.has_columns:
        return Refusal("unread_workbook", {"file": name, "ending": ending, **form})
    return Refusal("unread", {"file": name, "paths": paths_of(contract)})


def paths_of(contract: Contract) -> str:
    """Where a contract looks for files."""
    return ", ".join(sorted({table.path for table in contract.reads.sources.values() if table.path}))


def _segments(path: str | None) -> tuple[str, ...]:
    return tuple((path or "").split("/"))


def _matches(contract: Contract, inbox: Path) -> Iterator[tuple[date | None, DeliveredFile]]:
    """Every file that a path of the contract matches, with its delivery's date; None where what should be it is no date."""
    if not inbox.is_dir():
        raise UsageError(f"no inbox at {inbox}; set YEJI_INBOX to the folder that holds the sources' deliveries")
    patterns = {name: _segments(table.path) for name, table in contract.reads.sources.items()}
    depth = _common_depth(list(patterns.values()))
    for table, segments in patterns.items():
        for parts, found in dict(_found(contract, inbox, segments)).items():
            path = inbox.joinpath(*parts)
            name = shown(_as_text(unicodedata.normalize("NFC", "/".join(parts[depth:]))))
            file = DeliveredFile(table, path, name, _problem(path, name, inbox))
            yield _date(found) if found else _stated(contract), file


def _found(contract: Contract, inbox: Path, segments: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Paths that a pattern matches, and those of the workbooks that went back for such files; some of them twice."""
    *folders, name = segments
    stem = name.rpartition(".")[0] or name
    of_csv = (
        (f"{stem}.xlsx", f"{stem}{RETURNED_ROWS}*{PurePosixPath(name).suffix}") if contract.reads.kind == "csv" else ()
    )
    names = (name,) if contract.reads.has_columns else (name, f"{stem}{RETURNED}*.xlsx", *of_csv)
    for each in names:
        yield from _walk(inbox, (*folders, each), ())


def _is_meant(file: DeliveredFile, contract: Contract) -> bool:
    """Whether a file is delivered: it is what the contract asks for, or a workbook that went back."""
    pattern = contract.reads.sources[file.table].path.rpartition("/")[2]
    name = unicodedata.normalize("NFC", file.path.name)
    if _matcher(pattern).fullmatch(name) or PurePosixPath(name).stem.endswith((RETURNED, RETURNED_ROWS)):
        return True
    return not file.problem and is_returned(file.path, file.table, contract, file.name)


def _are_corrections(found: list[DeliveredFile], contract: Contract) -> bool:
    """Whether the files hold corrections alone of a table (`Raw.corrections`); no, where one cannot be read."""
    by_table = [[f for f in found if f.table == table and not f.problem] for table in contract.reads.sources]
    try:
        return any(_is_correction(of_table, contract) for of_table in by_table)
    except Refused:
        return False


def _is_correction(of_table: list[DeliveredFile], contract: Contract) -> bool:
    read = ((file, row) for file in of_table for row in read_rows(file.path, file.table, contract, file.name))
    corrects = (is_of_refused_rows(file.name) or row.is_correction for file, row in read if row.kind == "data")
    return next(corrects, False) and all(corrects)


def _as_text(name: str) -> str:
    """A name as text: bytes that are not UTF-8 as CP949, as old Windows programs write them."""
    return name if _is_utf8(name) else os.fsencode(name).decode("cp949", "replace")


def _is_utf8(name: str) -> bool:
    return not any("\udc80" <= sign <= "\udcff" for sign in name)


def _problem(path: Path, name: str, inbox: Path) -> Refusal | None:
    """Why what lies there cannot be taken in; nothing where it can."""
    kind = _kind_of_problem(path, inbox)
    return Refusal(kind, {"file": name}) if kind else None


def _kind_of_problem(path: Path, inbox: Path) -> str | None:
    if not path.exists():
        return "link_to_nothing"
    if not path.resolve().is_relative_to(inbox.resolve()):
        return "link_out"
    if path.is_dir():
        return "folder"
    if not path.is_file():
        return "no_ordinary_file"
    if not _is_utf8(path.name):
        return "name_not_utf8"
    return "name_unseen" if shown(path.name) != path.name else None


def _without_twins(found: list[DeliveredFile]) -> list[DeliveredFile]:
    """The files, all but the first of those whose names differ only in how their letters are composed with a problem."""
    seen: set[tuple[str, str]] = set()
    told = []
    for file in found:
        if (file.table, file.name) in seen and not file.problem:
            file = replace(file, problem=Refusal("same_name", {"file": file.name}))
        seen.add((file.table, file.name))
        told.append(file)
    return told


def _stated(contract: Contract) -> date:
    assert contract.reads.delivered_on is not None  # a contract's check sees to it
    return contract.reads.delivered_on


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


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
    try:
        entries = sorted(folder.iterdir(), key=lambda e: e.name)
    except OSError as error:
        raise DataError(f"{folder}: it cannot be opened ({error.strerror}); let this account read it") from None
    for entry in entries:
        match = head.fullmatch(unicodedata.normalize("NFC", entry.name))
        if not match or PASSED_OVER.fullmatch(entry.name):
            continue
        when = match.groupdict().get("date", found)
        if rest and entry.is_dir():
            yield from _walk(entry, rest, (*parts, entry.name), when)
        elif not rest and (entry.suffix or entry.is_file()):
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
        re.IGNORECASE | re.DOTALL,
    )
