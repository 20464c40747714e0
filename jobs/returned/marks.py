"""What is to be marked in a delivered file: cells with their sentences, rows with their return codes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from jobs.conform.units import factor
from jobs.contracts import ColumnRule, Contract
from jobs.contracts.checks import OCCURRED, OPTIONAL
from jobs.returned.around import AHEAD, Around, RefusedRow
from jobs.returned.sentences import About, Reason, kind_of, told
from jobs.sources import RawRow, read_rows
from jobs.sources.codes import is_intact, read_codes, return_code
from jobs.sources.rows import RETURN_CODE
from jobs.spreadsheet.limits import Limits
from jobs.tables import SILVER

FROM_OCCURRED = ("occurred_from", "occurred_to", *OPTIONAL)
"""Columns that are told from the day of the event where the source has none of its own."""

UNITS = {"h": "시간", "KRW": "원", "d": "일"}
"""How people write a unit of the lake; others are written as they are."""

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Note:
    """Why a cell was refused: its column and row from 1, the reason's code, and what a comment says of it."""

    row: int
    column: int
    heading: str
    code: str
    text: str


@dataclass
class SheetMarks:
    """What is marked in one sheet (or CSV file).

    `heading_row` is the first of `heading_rows`; `last_row` the last row that says something; `names` are the columns'
    headings in order. `codes` holds the return codes by row; `words` the contract's words by column; `damaged` the rows
    whose return code was mistyped, with what they say.
    """

    heading_row: int
    heading_rows: int
    names: list[str]
    last_row: int = 0
    data_rows: set[int] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)
    words: dict[int, list[str]] = field(default_factory=dict)
    damaged: dict[int, str] = field(default_factory=dict)

    def column_of(self, heading: str) -> int | None:
        """Where a column stands, from 1."""
        return self.names.index(heading) + 1 if heading in self.names else None


Marks = Mapping[str | None, SheetMarks]
"""Marks by sheet; a CSV file's only sheet is None."""


def marks_of(
    path: Path,
    name: str,
    tables: Sequence[str],
    contract: Contract,
    delivery_date: date,
    refused: Iterable[RefusedRow],
    limits: Limits,
) -> Marks:
    """What is to be marked in a delivered file that holds the source tables `tables`.

    The file is read as the platform reads it; `refused` are its rows in the quarantine.
    """
    by_sheet: dict[tuple[str, str | None], list[RefusedRow]] = defaultdict(list)
    for row in refused:
        by_sheet[row.table, row.sheet].append(row)
    marks: dict[str | None, SheetMarks] = {}
    for table in tables:
        of_table = [row for (of, _), rows in by_sheet.items() if of == table for row in rows]
        columns = _Columns(contract, table, delivery_date, of_table)
        places = {(row.sheet, row.row) for row in of_table}
        for sheet in _read(read_rows(path, table, contract, name, limits), contract, table, columns, places, marks):
            found = marks[sheet]
            found.words |= columns.words(found.names)
            for row in by_sheet[table, sheet]:
                _mark(found, row, columns, contract.source, delivery_date)
    return marks


def _read(
    rows: Iterable[RawRow],
    contract: Contract,
    table: str,
    columns: "_Columns",
    refused: set[tuple[str | None, int]],
    marks: dict[str | None, SheetMarks],
) -> list[str | None]:
    """Note where the headings stand and which texts were accepted; the sheets that the rows come from."""
    read: list[str | None] = []
    for row in rows:
        if row.kind == "heading" and row.sheet not in read:
            read.append(row.sheet)
            span = contract.reads.sources[table].header_rows
            marks.setdefault(row.sheet, SheetMarks(row.row, span, [cell.heading for cell in row.cells]))
        if row.sheet not in read:
            continue  # a title above the heading
        found = marks[row.sheet]
        found.last_row = max(found.last_row, row.row)
        if row.kind == "data":
            found.data_rows.add(row.row)
            _note_damaged_codes(found, row)
            if (row.sheet, row.row) in refused:
                columns.around.passed(row)
            else:
                columns.around.accept(row)
    return read


def _note_damaged_codes(found: SheetMarks, row: RawRow) -> None:
    typed = next((cell.text for cell in row.cells if cell.heading == RETURN_CODE and cell.text), None)
    if typed and not all(is_intact(code) for code in read_codes(typed)):
        found.damaged[row.row] = typed


def _mark(found: SheetMarks, row: RefusedRow, columns: "_Columns", source: str, delivery_date: date) -> None:
    code = return_code(source, delivery_date, row.table, row.file, row.sheet, row.row, row.row_hash)
    earlier = [c for h, text in row.cells if h == RETURN_CODE and text for c in read_codes(text) if is_intact(c)]
    of_other_tables = read_codes(found.codes.get(row.row, ""))
    found.codes[row.row] = " ".join(dict.fromkeys([*of_other_tables, *earlier, code]))
    told_already: set[tuple[int, str]] = set()
    for reason in row.reasons:
        for column, heading, text in columns.places(reason, row):
            said = told(reason, columns.about(reason, row, heading, text))
            if (column, said.sentence) not in told_already:
                told_already.add((column, said.sentence))
                found.notes.append(Note(row.row, column, heading, reason.code, said.text))


class _Columns:
    """The columns of one source table: which headings a canonical column is read from, and what is known of each."""

    def __init__(self, contract: Contract, table: str, delivery_date: date, refused: Iterable[RefusedRow]) -> None:
        self.rules: dict[str, list[ColumnRule]] = defaultdict(list)
        self.fields: dict[str, tuple[str, bool]] = {}
        self.delivery_date, self.nothing = delivery_date, contract.reads.nothing
        for name, feed in contract.tables.items():
            if contract.feeds(name) != table:
                continue
            for column, rule in feed.columns.items():
                if rule.headings:
                    self.rules[column].append(rule)
            for field_ in SILVER[name].fields:
                required = not field_.nullable or field_.name in feed.key
                self.fields[field_.name] = (field_.unit, not required)
        units = {column: unit for column, (unit, _) in self.fields.items()}
        pairs = [
            (name, join.table, pair)
            for name, feed in contract.tables.items()
            for join in feed.join
            for pair in join.pairs
        ]
        here = [own for name, _, (own, _) in pairs if contract.feeds(name) == table]
        there = [other for _, joined, (_, other) in pairs if joined == table]
        self.around = Around(self.rules, units, self.nothing, [*here, *there], refused)

    def headings(self, column: str) -> list[str]:
        """The headings that a canonical column is read from; a reason on a join names headings itself."""
        rules = self.rules.get(column) or []
        found = [heading for rule in rules for heading in rule.headings]
        return list(dict.fromkeys(found)) or ([] if column in self.fields else column.split(", "))

    def places(self, reason: Reason, row: RefusedRow) -> list[tuple[int, str, str | None]]:
        """Columns (from 1), headings and texts of the cells that a reason blames; of alternatives the one in use.

        A reason whose cell stands in another table has its place in the column of the reasons (0).
        """
        first: dict[str, tuple[int, str, str | None]] = {}
        for at, (heading, text) in enumerate(row.cells, start=1):
            first.setdefault(heading, (at, heading, text))
        wanted = self.headings(reason.column)
        there = [first[heading] for heading in wanted if heading in first]
        if not any(text for _, _, text in there) and reason.column in FROM_OCCURRED:
            there = [first[h] for h in self.headings(OCCURRED) if h in first] or there
        filled = [place for place in there if place[2]]
        if self._needs_all(reason.column):
            return filled or there
        return (filled or there)[:1] or [(0, ", ".join(wanted) or reason.column, reason.value)]

    def about(self, reason: Reason, row: RefusedRow, heading: str, text: str | None) -> About:
        """What the sentence for a reason has to know of its column, and what the file tells around its cell."""
        column = reason.column if self.rules.get(reason.column) else OCCURRED
        rules = self.rules.get(column, [])
        unit, may_be_empty = self.fields.get(reason.column, ("", False))
        is_measured = reason.code == "between"
        stated = next((rule.unit for rule in rules if rule.unit), None)
        shown_unit = stated or unit
        other = reason.expected.rsplit(" ", 1)[-1] if reason.code == "a_greater_than_b" else ""
        known_on = min(self.around.written_on(column, row) or self.delivery_date, self.delivery_date)
        latest = known_on + A_DAY if column not in AHEAD else None
        return About(
            heading=heading,
            other_heading=next(iter(self.headings(other)), other) if other else "",
            text=text,
            words=tuple((word, code) for rule in rules for word, code in (rule.codes or {}).items()),
            known=self.around.known(heading),
            unit=UNITS.get(shown_unit, shown_unit),
            scale=(factor(stated, unit) if is_measured and stated else None) or 1.0,
            may_be_empty=may_be_empty,
            rule=next((rule for rule in rules if heading in rule.headings), None),
            lake_unit=unit,
            nothing=self.nothing,
            latest=latest,
            delivered_on=known_on,
            example=self.around.example(heading),
            instead=self.around.instead(column, heading, row),
            years=self.around.years(column, heading, row),
            compared=self.around.compared(column, other, row) if other else None,
        )

    def words(self, names: Sequence[str]) -> dict[int, list[str]]:
        """The words that the contract maps, by column (from 1)."""
        found: dict[int, list[str]] = {}
        for rules in self.rules.values():
            for rule in rules:
                for heading in rule.headings:
                    if rule.codes and heading in names:
                        listed = found.setdefault(names.index(heading) + 1, [])
                        listed += [word for word in rule.codes if word not in listed]
        return found

    def _needs_all(self, column: str) -> bool:
        return any(rule.needs_all_headings for rule in self.rules.get(column, ()))


@dataclass(frozen=True)
class Group:
    """Refusals of one kind in one column of one sheet, for the summary."""

    sheet: str | None
    heading: str
    title: str
    remedy: str
    places: tuple[tuple[int, int], ...]


def groups(marks: Marks) -> list[Group]:
    """The notes by sheet, column and kind, the most frequent first; the places as (row, column)."""
    found: dict[tuple[str | None, str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for sheet, of_sheet in marks.items():
        for note in of_sheet.notes:
            kind = kind_of(note.code)
            found[sheet, note.heading, kind.title, kind.remedy].append((note.row, note.column))
    listed = [Group(*key, places=tuple(dict.fromkeys(places))) for key, places in found.items()]
    return sorted(listed, key=lambda group: -len(group.places))
