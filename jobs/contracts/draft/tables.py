"""Which source tables the files hold, which lake table each feeds, and which heading fills which column."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from jobs.contracts.checks import OCCURRED
from jobs.contracts.draft.columns import Values
from jobs.contracts.draft.match import KEYS, SURE, Match, matched
from jobs.contracts.vocabulary import names_a_column, squeezed
from jobs.sources import Grid
from jobs.sources.rows import HEADING_WITHIN, is_subtotal, joined

HEADER_ROWS = (1, 2, 3)
KINDS = ("maintenance", "failure", "measurement", "equipment")
NAMED = {
    "maintenance": ("이력", "일지", "정비", "고장", "작업", "log", "history", "maint", "workorder"),
    "failure": ("고장이력", "고장대장", "고장통보", "failure", "fault", "breakdown", "notification", "qmel"),
    "measurement": ("측정", "계측", "검침", "measure", "reading", "sensor", "imrg"),
    "equipment": ("대장", "설비목록", "기기목록", "장치목록", "마스터", "register", "equipment", "asset", "machines"),
}
"""Words in the names of files and sheets."""
NEEDED = {
    "maintenance": ("equipment_tag", OCCURRED),
    "failure": ("equipment_tag", OCCURRED),
    "measurement": ("equipment_tag", OCCURRED, "value"),
    "equipment": ("equipment_tag",),
}
"""What every record of a kind has."""
OF_FAILURES_ONLY = ("failure_mode", "mechanism", "cause", "detection")
"""What a table of failures says and a log of jobs does not have to."""


@dataclass(frozen=True)
class Sheet:
    """A grid whose heading was found: names of its columns, and its data rows with their numbers (from 1)."""

    grid: Grid
    header_rows: int
    names: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    title: str

    @property
    def place(self) -> str:
        return self.grid.place

    @property
    def kind(self) -> str:
        """`reads.kind` of a contract that reads it."""
        if self.grid.described:
            return "jdbc"
        return "csv" if self.grid.sheet is None else "workbook"

    def cell(self, row: list[str], heading: str) -> str:
        at = self.names.index(heading) if heading in self.names else len(row)
        return row[at] if at < len(row) else ""


@dataclass
class Source:
    """Sheets read as one table. `aliases` are further headings of a column, by the heading under which it is read.

    `matches` are also of the columns that `joins` add.
    """

    sheets: list[Sheet]
    kind: str = ""
    matches: list[Match] = field(default_factory=list)
    aliases: dict[str, list[str]] = field(default_factory=dict)
    joins: list["Joined"] = field(default_factory=list)

    @cached_property
    def columns(self) -> dict[str, Values]:
        """The values under each heading; of twin headings, under the first.

        A row that stood as it is in an earlier file is the same record delivered again, and counts once.
        """
        texts: dict[str, list[str]] = {name: [] for sheet in self.sheets for name in sheet.names if name}
        seen: dict[tuple[str, ...], Path] = {}
        for sheet in self.sheets:
            for _, row in sheet.rows:
                if seen.setdefault(tuple(row), sheet.grid.path) == sheet.grid.path:
                    for name, of_column in texts.items():
                        of_column.append(sheet.cell(row, name))
        return {name: Values(name, values) for name, values in texts.items()}

    @property
    def all_columns(self) -> list[Values]:
        """The values under each heading, of joined tables too."""
        return [*self.columns.values(), *(of for join in self.joins for of in join.source.columns.values())]

    @property
    def file_kind(self) -> str:
        """`reads.kind` of a contract that reads it."""
        return self.sheets[0].kind

    @property
    def row_count(self) -> int:
        return sum(len(sheet.rows) for sheet in self.sheets)

    @property
    def sure_columns(self) -> set[str]:
        return {m.column for m in self.matches if m.confidence >= SURE}

    def sure(self, column: str) -> Match | None:
        return next((m for m in self.matches if m.column == column and m.confidence >= SURE), None)


@dataclass(frozen=True)
class Joined:
    """A table that adds columns to another: its name in the contract, and the heading on either side that joins them."""

    source: Source
    name: str
    here: str
    there: str


def find_sheet(grid: Grid) -> Sheet | None:
    """The grid with its heading: the rows whose names say most of what a table could hold; None where none does."""
    first = grid.rows[:HEADING_WITHIN]
    best: tuple[float, int, int, tuple[str, ...]] = (0.0, 0, 1, ())
    for span in HEADER_ROWS:
        for at in range(len(first) - span + 1):
            block = first[at : at + span]
            if not all(any(row) for row in block):
                continue
            names = tuple(_heading(name) for name in joined(block))
            score = _heading_weight(names) + sum(_belongs(upper, block[-1]) for upper in block[:-1])
            if span > 1 and _are_groups(block, names):  # what the lowest row says alone, it says within its group too
                score = max(score, _heading_weight(block[-1]) + 0.5)
            if score > best[0]:
                best = (score, at, span, names)
    score, at, span, names = best
    if score < 1.5:
        return None
    title = next((text for row in grid.rows[:at] for text in row if text), "")
    heading = [[cell for cell in row if cell] for row in grid.rows[at : at + span]]
    rows = [
        (number, row)
        for number, row in enumerate(grid.rows[at + span :], start=at + span + 1)
        if (said := [cell for cell in row if cell]) and said not in heading and not is_subtotal(said)
    ]
    return Sheet(grid, span, names, rows, title)


def _heading(text: str) -> str:
    """A heading as a contract may spell it; what is too long for one, or has signs of control, names nothing."""
    heading = re.sub(r"\s+", " ", text).strip()
    return heading if len(heading) <= 200 and not re.search(r"[\x00-\x1f]", heading) else ""


def _belongs(upper: list[str], lowest: list[str]) -> float:
    """Whether a row is the upper part of a heading: it names some columns whole, as merged cells do, and groups others."""
    return 0.5 if _is_upper(upper, lowest) else -1.0


def _is_upper(upper: list[str], lowest: list[str]) -> bool:
    pairs = list(zip(upper, lowest, strict=False))
    whole = sum(1 for above, below in pairs if above and above == below)
    groups = sum(1 for above, below in pairs if above and below and above != below)
    return bool(groups and (whole or any(not above for above in upper)) and len({*filter(None, upper)}) > 1)


def _are_groups(block: list[list[str]], names: Sequence[str]) -> bool:
    """Whether the upper rows of a heading group the lowest one's names into ones that are known: 작업 over 시작일."""
    grouped = [name for name in names if name and name not in block[-1]]
    is_known = any(names_a_column(name, kind) >= 0.95 for name in grouped for kind in KINDS)
    return is_known and all(_is_upper(upper, block[-1]) for upper in block[:-1])


def _heading_weight(names: Sequence[str]) -> float:
    """What the names say, of the kind of table of which they say most."""
    return max(sum(names_a_column(name, kind) for name in names if name) for kind in KINDS)


def gathered(sheets: Sequence[Sheet]) -> list[Source]:
    """Sheets by their kind and headings, each matched to the lake's table that it fills best."""
    by_names: dict[tuple[object, ...], list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_names[sheet.kind, sheet.grid.described, *sheet.names].append(sheet)
    sources = [Source(same) for same in by_names.values()]
    for source in sources:
        found = {kind: matched(list(source.columns.values()), kind) for kind in KINDS}
        weights = {kind: kind_weight(source, kind, matches) for kind, matches in found.items()}
        best = max(weights, key=lambda kind: weights[kind])
        if weights[best] > 0:
            source.kind, source.matches = best, found[best]
    return sources


def kind_weight(source: Source, kind: str, matches: list[Match]) -> float:
    """How much speaks for a table being of a kind; 0 where it lacks what every such record has."""
    sure = {m.column: m for m in matches if m.confidence >= SURE}
    key = sure.get(KEYS[kind])
    if not all(column in sure for column in NEEDED[kind]):
        return 0.0
    if kind == "equipment" and (sure["equipment_tag"].values.distinct_share < 0.9 or len(sure) < 3):
        return 0.0
    is_numbered_as_failure = key is not None and key.named > 0.9
    if kind == "failure" and not (is_numbered_as_failure or any(column in sure for column in OF_FAILURES_ONLY)):
        return 0.0
    names = squeezed(" ".join({sheet.place for sheet in source.sheets}))
    is_named = any(word in names for word in NAMED[kind])
    return (
        sum(m.confidence for m in sure.values()) + (1.0 if is_named else 0.0) + (1.0 if _numbers(source, key) else 0.0)
    )


NUMBERED = 0.9
"""The share of rows that have a number, where it numbers the records: that of another record is there now and then."""


def _numbers(source: Source, key: Match | None) -> bool:
    """Whether a column numbers the records: it is the database's own key, where that is one column, else nowhere empty."""
    described = source.sheets[0].grid.described
    if key and described and len(described.key) == 1:
        return key.values.heading in described.key
    return key is not None and key.values.rows >= NUMBERED * len(key.values.texts)


def glob_of(names: Sequence[str]) -> str:
    """A glob over names: what differs between them, and numbers that count years, months or days, become `*`.

    2023-01, 2023-02 → 20*; 정비일지_2023.xlsx, 정비일지_2024.xlsx → 정비일지_*.xlsx; a name alone stays.
    """
    different = sorted(set(names))
    if len(different) == 1:
        return different[0]
    if all(re.match(r"20\d\d", name) for name in different):
        return "20*"
    shapes = {re.sub(r"\d+", "*", name) for name in different}
    if len(shapes) == 1:
        return re.sub(r"\*(\W?\*)+", "*", shapes.pop())
    start = _common([re.sub(r"\d.*", "", name) for name in different])
    end = _common([name[::-1] for name in different])[::-1]
    return f"{start}*{end.lstrip('0123456789')}" if start or end else "*"


def _common(names: Sequence[str]) -> str:
    """The longest common beginning."""
    length = 0
    for letters in zip(*names, strict=False):
        if len(set(letters)) > 1:
            break
        length += 1
    return names[0][:length]


def merged(sources: Sequence[Source], kind: str) -> Source | None:
    """The sources of a kind as one: the one with the most rows, and those that say the same under other headings.

    Of a database's tables, of which only the first rows are seen, the one that fills the most columns. Their columns are
    read under the headings of the first, which keeps the others as aliases. None where there is none.
    """

    def says(source: Source) -> tuple[int, int]:
        return len(source.sure_columns) if source.file_kind == "jdbc" else 0, source.row_count

    of_kind = sorted((s for s in sources if s.kind == kind), key=says, reverse=True)
    if not of_kind:
        return None
    main, *others = of_kind
    alike = [other for other in others if _is_same(other, main)]
    aliases: dict[str, list[str]] = defaultdict(list)
    sheets = list(main.sheets)
    for other in alike:
        names = {}
        for column in main.sure_columns & other.sure_columns:
            own, theirs = main.sure(column), other.sure(column)
            assert own and theirs
            if own.values.heading != theirs.values.heading:
                names[theirs.values.heading] = own.values.heading
                aliases[own.values.heading].append(theirs.values.heading)
        sheets += [replace(s, names=tuple(names.get(name, name) for name in s.names)) for s in other.sheets]
    whole = Source(sheets, kind, aliases=dict(aliases), joins=main.joins)
    whole.matches = matched(list(whole.columns.values()), kind) if alike else main.matches
    return whole


def _is_same(other: Source, main: Source) -> bool:
    """True where a source fills most of the columns that the main one fills, and can be read in the same way."""
    shared = main.sure_columns & other.sure_columns
    return (
        len(shared) >= max(4, 0.7 * len(main.sure_columns))
        and main.file_kind != "jdbc"
        and other.file_kind == main.file_kind
        and other.sheets[0].header_rows == main.sheets[0].header_rows
    )


def common_title(sources: Sequence[Source]) -> str:
    """What the sheets' title rows say, without the date that they state."""
    titles = Counter(re.sub(r"\s*\(.*\)\s*$", "", s.title) for source in sources for s in source.sheets if s.title)
    return titles.most_common(1)[0][0] if titles else ""
