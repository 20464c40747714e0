"""Rows as they were read, and what kind of row each is.

Only `data` rows go on; `title`, `heading`, `subtotal` and `blank` rows are set aside, kept and counted.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import PurePosixPath

from jobs.contracts import DELETED, Contract
from jobs.refusals import Place, Refused, in_both
from jobs.sources.codes import is_meant
from jobs.sources.ditto import is_ditto
from jobs.spreadsheet.cells import DAYS_1900_TO_1904, EMPTY, SINCE_1904, Value

HEADING_WITHIN = 50
"""The heading is looked for in this many first rows."""


RETURN_REASON, RETURN_CODE = "반송사유", "반송코드"
"""Columns that a returned workbook adds; a file that comes back with them is read as if they were not there."""

RETURN_SUMMARY = "반송 요약"
"""The sheet that a returned workbook adds, which holds no rows."""

RETURNED, RETURNED_ROWS = "_반송", "_반송행만"
"""What a returned workbook's name has after that of the file it was made of: with all rows, with the refused ones alone."""


def is_of_refused_rows(name: str) -> bool:
    """Whether a file goes by the name of a workbook of refused rows alone: all its rows are corrections, or new ones."""
    return RETURNED_ROWS in PurePosixPath(unicodedata.normalize("NFC", name)).stem


@dataclass(frozen=True)
class RawCell:
    """A cell: its column's heading as the contract spells it, its text, and the workbook's number format.

    `filled` is the text that it stands for, where that is another than its own: it is merged with the cell above, a
    ditto mark, or a day's number that is counted from 1904 (then as the same day's number from 1900).
    """

    heading: str
    text: str | None
    display_format: str | None = None
    filled: str | None = None


@dataclass(frozen=True)
class RawRow:
    """A row and the place where it stood; `row` counts from 1, as a person does."""

    sheet: str | None
    row: int
    kind: str
    cells: list[RawCell]

    @property
    def is_correction(self) -> bool:
        """Whether it takes the place of a row that went back: it carries a return code."""
        return any(cell.heading == RETURN_CODE and is_meant(cell.text or "") for cell in self.cells)


@dataclass(frozen=True)
class Heading:
    """Where the heading stands (index of its first row) and what it calls each column."""

    at: int
    rows: int
    names: tuple[str, ...]


INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def normal(text: str) -> str:
    """A heading as it is compared: without regard to Unicode form, width, case, blanks and signs that cannot be seen."""
    seen = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return re.sub(r"\s+", " ", seen).strip().casefold()


def classified(
    rows: Iterable[Sequence[Value]], contract: Contract, table: str, place: Place, sheet: str | None
) -> Iterator[RawRow]:
    """Rows with their kinds, cells under their headings. Blank rows after the last row that says something are left out.

    `place` names the file (and sheet) in refusals. Raises Refused where the heading, or a column that the contract
    needs, is absent.
    """
    rows = iter(rows)
    first = list(islice(rows, HEADING_WITHIN))
    if not any(said(value) for row in first for value in row):
        if len(first) < HEADING_WITHIN:
            raise Refused("no_rows", place)
        raise Refused("no_first_rows", place, rows=HEADING_WITHIN)
    heading = find_heading([[said(value) or "" for value in row] for row in first], contract, table)
    if heading is None:
        raise Refused("no_heading", place, wanted=", ".join(_wanted(contract, table)[:5]), rows=HEADING_WITHIN)
    if contract.on_missing_column == "freeze" and (missing := missing_columns(heading.names, contract, table)):
        raise Refused("missing_columns", place, columns=in_both(missing))
    blanks = 0
    stood_for = _StoodFor(heading.names, contract)
    header = {_compared(row) for row in first[heading.at : heading.at + heading.rows]}
    for i, row in enumerate(chain(first, rows)):
        kind = _kind(i, row, heading, header)
        if kind == "blank":
            blanks += 1
            continue
        yield from (RawRow(sheet, before + 1, "blank", []) for before in range(i - blanks, i))
        blanks = 0
        cells = _cells(row, heading.names if kind != "title" else ())
        yield RawRow(sheet, i + 1, kind, stood_for.read(cells, row) if kind == "data" else cells)


def said(value: Value) -> str | None:
    """What a reader sees in a cell: its text, or that of the cell above which it is merged with."""
    return value[0] or value[2]


class _StoodFor:
    """What cells stand for that do not say it themselves; asked of a sheet's rows of data, in order."""

    def __init__(self, names: Sequence[str], contract: Contract) -> None:
        rules = [rule for table in contract.tables.values() for rule in table.columns.values()]
        self._dated = {heading for rule in rules if rule.parse == "korean_date" for heading in rule.headings}
        self._above: dict[int, str | None] = {}

    def read(self, cells: list[RawCell], row: Sequence[Value]) -> list[RawCell]:
        """The cells with what they stand for. A ditto mark with nothing above stands for nothing."""
        found = []
        for i, cell in enumerate(cells):
            text = said(row[i]) if i < len(row) else None
            if is_ditto(text):
                text = self._above.get(i)
            elif cell.display_format == SINCE_1904 and cell.heading in self._dated and text:
                text = f"{float(text) + DAYS_1900_TO_1904:.12g}"
            self._above[i] = text
            found.append(cell if text in (None, cell.text) else replace(cell, filled=text))
        return found


def find_heading(rows: list[list[str]], contract: Contract, table: str) -> Heading | None:
    """The heading among the first rows: where most of the contract's columns are named; None where none is."""
    span = contract.reads.sources[table].header_rows
    wanted = {normal(heading) for heading in _wanted(contract, table)}
    spelled = {normal(heading): heading for heading in (RETURN_REASON, RETURN_CODE, DELETED, *_wanted(contract, table))}
    best, best_score = None, 0
    for at in range(len(rows) - span + 1):
        names = [re.sub(r"\s+", " ", name).strip() for name in joined(rows[at : at + span])]
        score = len({normal(name) for name in names} & wanted)
        if score > best_score:
            best_score = score
            best = Heading(at, span, tuple(spelled.get(normal(n), unicodedata.normalize("NFC", n)) for n in names))
    return best


def joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """The names of columns whose heading takes several rows: "top bottom".

    A merged top is carried across the columns that have a bottom; a cell merged downwards is named once.
    """
    names = [""] * max((len(row) for row in rows), default=0)
    for level, row in enumerate(rows):
        carried = ""
        below = rows[level + 1 :]
        for i in range(len(names)):
            own = row[i] if i < len(row) else ""
            has_below = any(i < len(r) and r[i] for r in below)
            if own:
                carried = own if has_below else ""
            elif has_below and not names[i]:
                own = carried
            if own and own != names[i]:
                names[i] = f"{names[i]} {own}".strip()
    return names


def missing_columns(names: Iterable[str], contract: Contract, table: str) -> list[tuple[str, ...]]:
    """Columns that the contract needs of a source table and that are not there: of each the headings it may have.

    Where other tables are joined, a column may be theirs: then only the join's own columns are asked for here, and
    `missing_of_joined` asks for the others. The column by which deleted rows are known comes only where there are any.
    """
    there = {normal(name) for name in (DELETED, *names)}
    is_joined = {feed for feed, rules in contract.tables.items() if rules.join}
    return list(dict.fromkeys(
        tuple(alternatives)
        for need, needs in contract.headings(table).items()
        if ".join." in need or need.split(".")[0] not in is_joined
        for alternatives in needs
        if not {normal(a) for a in alternatives} & there
    ))  # fmt: skip


def missing_of_joined(
    headings: Mapping[str, Iterable[str]], contract: Contract
) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """Columns that neither a source table nor what is joined to it has, by these tables, the joined ones last.

    `headings` are those of each table of a delivery. Of a table that it does not hold nothing can be told.
    """
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for feed, rules in contract.tables.items():
        tables = tuple(dict.fromkeys((contract.feeds(feed), *(join.table for join in rules.join))))
        if len(tables) == 1 or set(tables) - set(headings):
            continue
        there = {normal(name) for name in (DELETED, *(name for table in tables for name in headings[table]))}
        needs = {need: of for need, of in contract.headings(tables[0]).items() if need.partition(".")[0] == feed}
        for need, alternatives in ((need, one) for need, of in needs.items() for one in of):
            if ".join." not in need and not {normal(a) for a in alternatives} & there:
                found.setdefault(tables, []).append(alternatives)
    return {tables: list(dict.fromkeys(columns)) for tables, columns in found.items()}


def unknown_headings(names: Iterable[str], contract: Contract, table: str) -> list[str]:
    """Headings that no rule of the contract reads: to be reported, never guessed at."""
    known = {normal(heading) for heading in (RETURN_REASON, RETURN_CODE, DELETED, *_wanted(contract, table))}
    return [name for name in dict.fromkeys(names) if name and normal(name) not in known]


def _wanted(contract: Contract, table: str) -> list[str]:
    """Every heading that the contract may read from a source table."""
    return list(dict.fromkeys(
        heading for needs in contract.headings(table).values() for alternatives in needs for heading in alternatives
    ))  # fmt: skip


def _cells(row: Sequence[Value], names: Sequence[str]) -> list[RawCell]:
    """The row's cells; a row shorter than the heading has empty cells, a longer one cells without heading."""
    width = max(len(names), len(row))
    padded = [*row, *(EMPTY,) * (width - len(row))]
    return [RawCell(names[i] if i < len(names) else "", *padded[i][:2]) for i in range(width)]


def _kind(i: int, row: Sequence[Value], heading: Heading, header: set[tuple[str, ...]]) -> str:
    texts = [text for value in row if (text := said(value)) and text.strip()]
    if not texts:
        return "blank"
    if i < heading.at:
        return "title"
    if i < heading.at + heading.rows:
        return "heading"
    if _compared(row) in header:  # repeated where a page began
        return "heading"
    return "subtotal" if is_subtotal(texts) else "data"


def _compared(row: Sequence[Value]) -> tuple[str, ...]:
    return tuple(normal(text) for value in row if (text := said(value)))


TOTAL = re.compile(
    r"(.*\s)?([가-힣\d]*(합\s*계|소\s*계|총\s*계|누\s*계)|계|sub\s*-?\s*total|grand\s+total|total|sum)\s*:?", re.I
)
NUMBER = re.compile(r"[-+(₩]*[\d.,]+\s*(%|[^\W\d]{0,4})\)?")


def is_subtotal(texts: Sequence[str]) -> bool:
    """True where a row says 합계, 소계, 총계, 누계, 계 or total first, and then nothing but numbers."""
    label, *others = (unicodedata.normalize("NFKC", text).strip() for text in texts)
    return bool(TOTAL.fullmatch(label)) and all(NUMBER.fullmatch(other) for other in others)
