"""Which source tables the files hold, which lake table each feeds, and which heading fills which column."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from jobs.contracts.checks import DERIVED, OCCURRED
from jobs.contracts.draft.columns import Values, fit
from jobs.contracts.vocabulary import heading_score, names_a_column, squeezed
from jobs.contracts.words import HEADINGS
from jobs.sources import Grid
from jobs.sources.rows import HEADING_WITHIN, is_subtotal, joined
from jobs.tables import SILVER, Field

SURE, WORTH_A_LOOK = 0.55, 0.3
"""From these confidences on a column is proposed, and suggested in a comment."""
HEADER_ROWS = (1, 2, 3)
KINDS = ("maintenance", "equipment")
NAMED = {
    "maintenance": ("이력", "일지", "정비", "고장", "작업", "log", "history", "maint", "workorder"),
    "equipment": ("대장", "설비목록", "기기목록", "장치목록", "마스터", "register", "equipment", "asset", "machines"),
}
"""Words in the names of files and sheets."""


@dataclass(frozen=True)
class Match:
    """A heading that may fill a column, how sure that is (0..1), and what speaks for it."""

    column: str
    values: Values
    confidence: float
    evidence: str


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
    """Sheets read as one table. `aliases` are further headings of a column, by the heading under which it is read."""

    sheets: list[Sheet]
    kind: str = ""
    matches: list[Match] = field(default_factory=list)
    aliases: dict[str, list[str]] = field(default_factory=dict)

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
    def row_count(self) -> int:
        return sum(len(sheet.rows) for sheet in self.sheets)

    @property
    def sure_columns(self) -> set[str]:
        return {m.column for m in self.matches if m.confidence >= SURE}

    def sure(self, column: str) -> Match | None:
        return next((m for m in self.matches if m.column == column and m.confidence >= SURE), None)


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
    """A heading as a contract may spell it; what is too long for one names nothing."""
    heading = re.sub(r"[\s\x00-\x1f]+", " ", text).strip()
    return heading if len(heading) <= 200 else ""


def _belongs(upper: list[str], lowest: list[str]) -> float:
    """Whether a row is the upper part of a heading: it names some columns whole, as merged cells do, and groups others."""
    whole = sum(1 for above, below in zip(upper, lowest, strict=False) if above and above == below)
    groups = sum(1 for above, below in zip(upper, lowest, strict=False) if above and below and above != below)
    is_part = groups and (whole or any(not above for above in upper)) and len({*filter(None, upper)}) > 1
    return 0.5 if is_part else -1.0


def _heading_weight(names: Sequence[str]) -> float:
    """What the names say, of the kind of table of which they say most."""
    return max(sum(names_a_column(name, kind) for name in names if name) for kind in KINDS)


def gathered(sheets: Sequence[Sheet]) -> list[Source]:
    """Sheets by their headings, each matched to the lake's table that it fills best."""
    by_names: dict[tuple[object, ...], list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_names[sheet.grid.described, *sheet.names].append(sheet)
    sources = [Source(same) for same in by_names.values()]
    for source in sources:
        found = {kind: matched(list(source.columns.values()), kind) for kind in KINDS}
        weights = {kind: _kind_weight(source, kind, matches) for kind, matches in found.items()}
        best = max(weights, key=lambda kind: weights[kind])
        if weights[best] > 0:
            source.kind, source.matches = best, found[best]
    return sources


def _kind_weight(source: Source, kind: str, matches: list[Match]) -> float:
    """How much speaks for a table being of a kind; 0 where it lacks what every such record has."""
    sure = {m.column: m for m in matches if m.confidence >= SURE}
    if "equipment_tag" not in sure or (kind == "maintenance" and OCCURRED not in sure):
        return 0.0
    if kind == "equipment" and (sure["equipment_tag"].values.distinct_share < 0.9 or len(sure) < 3):
        return 0.0
    names = squeezed(" ".join({sheet.place for sheet in source.sheets}))
    return sum(m.confidence for m in sure.values()) + (1.0 if any(word in names for word in NAMED[kind]) else 0.0)


def fillable(kind: str) -> dict[str, Field | None]:
    """The columns of a lake's table that headings can fill; `occurred` has no field of its own."""
    own: dict[str, Field | None] = {
        f.name: f for f in SILVER[kind].fields if not f.name.startswith("_") and f.name not in DERIVED
    }
    if kind != "maintenance":
        return own
    before = ("maintenance_id", "equipment_tag")
    return {name: own[name] for name in before} | {OCCURRED: None} | own


def matched(columns: Sequence[Values], kind: str) -> list[Match]:
    """The assignment of headings to a table's columns, one to one, whose confidences sum highest.

    What is sure is assigned first, so that no doubtful match takes a heading from a sure one.
    """
    fields = [(name, f) for name, f in fillable(kind).items() if name in HEADINGS[kind]]
    options = [[_match(values, kind, name, f) for name, f in fields] for values in columns]
    found: dict[int, Match] = {}
    for least in (SURE, WORTH_A_LOOK):
        taken = {match.column for match in found.values()}
        weights = np.array(
            [
                [
                    m.confidence if i not in found and m.column not in taken and m.confidence >= least else 0.0
                    for m in row
                ]
                for i, row in enumerate(options)
            ]
        ).reshape(len(options), len(fields))
        rows, picked = linear_sum_assignment(weights, maximize=True)
        found |= {i: options[i][j] for i, j in zip(rows, picked, strict=True) if weights[i, j] > 0}
    return list(found.values())


BY_VALUES_ALONE = {OCCURRED: 0.6, "equipment_tag": 0.7, "maintenance_id": 0.4, "downtime_h": 0.4}
"""How far values alone make sure of a column whose heading says nothing; of coded columns, `BY_CODES_ALONE`."""
BY_CODES_ALONE = 0.7


def _match(values: Values, kind: str, column: str, lake_field: Field | None) -> Match:
    named, word = heading_score(values.heading, kind, column)
    fits, seen = fit(values, column, lake_field)
    if not named:
        alone = BY_CODES_ALONE if lake_field and lake_field.codes and len(values.words) > 1 else 0.0
        return Match(column, values, BY_VALUES_ALONE.get(column, alone) * _alone(values, column, fits), seen)
    confidence = named * (0.6 + 0.4 * fits) if fits >= 0.2 else 0.3 * named
    confidence *= 0.95 + 0.05 * values.rows / max(1, len(values.texts))
    return Match(column, values, round(confidence, 2), f"제목이 '{word}', {seen}")


def _alone(values: Values, column: str, fits: float) -> float:
    """What values that fit are worth without a heading: nothing where many other columns would look the same."""
    if column == "equipment_tag":
        return fits if values.tags >= 0.8 else 0.0
    if column == "downtime_h":
        return fits if values.numbers < 0.5 else 0.0
    return fits if fits >= 0.8 else 0.0


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


@dataclass(frozen=True)
class Key:
    """Whether a column tells every record from every other over all files, and what says so."""

    is_one: bool
    evidence: str
    is_counter: bool = False


def key_of(source: Source, match: Match, deliveries: dict[str, str]) -> Key:
    """Judge a source's own numbers as a key.

    Equal numbers are no fault where the rows say the same (a row typed twice), or where they stand in different
    deliveries and name the same equipment (a correction). `deliveries` gives each file's delivery.
    """
    about = [m.values.heading for m in (source.sure("equipment_tag"), source.sure(OCCURRED)) if m]
    seen: dict[str, dict[str, dict[tuple[str, ...], str]]] = defaultdict(lambda: defaultdict(dict))
    for sheet in source.sheets:
        delivery = deliveries[str(sheet.grid.path)]
        for number, row in sheet.rows:
            if key := sheet.cell(row, match.values.heading):
                said = tuple(squeezed(sheet.cell(row, heading)) for heading in about)
                seen[key][delivery].setdefault(said, f"{sheet.place} {number}행")
    if not seen:
        return Key(False, "값이 없다")
    restarted = {
        number: places
        for number, by_delivery in seen.items()
        for places in [next((list(of.values()) for of in by_delivery.values() if len(of) > 1), [])]
        if places
    }
    returned = {
        number: [next(iter(of.values())) for of in by_delivery.values()]
        for number, by_delivery in seen.items()
        if number not in restarted and len({said[0] for of in by_delivery.values() for said in of}) > 1
    }
    clashes = restarted | returned
    if len(clashes) > max(2, 0.02 * len(seen)):
        clash, places = next(iter(clashes.items()))
        why = "번호가 다시 시작한다" if len({p.rsplit(" ", 1)[0] for p in places}) > 1 else "번호가 겹친다"
        return Key(False, f"{why}: {len(seen)}개 번호 가운데 {len(clashes)}개가 서로 다른 기록에 쓰였다 "
                          f"(예: {clash}: {places[0]}, {places[1]})")  # fmt: skip
    note = f", {len(clashes)}개만 겹친다" if clashes else ""
    is_counter = {*seen} == {str(number) for number in range(1, len(seen) + 1)}
    counted = "; 1부터 센 순번이라, 열림: 다음에 보낼 때도 같은 기록에 같은 번호가 남는가" if is_counter else ""
    return Key(True, f"{len(seen)}개 번호가 모두 다른 기록{note}{counted}", is_counter)


def merged(sources: Sequence[Source], kind: str) -> Source | None:
    """The sources of a kind as one: the one with the most rows, and those that say the same under other headings.

    Their columns are read under the headings of the first, which keeps the others as aliases. None where there is none.
    """
    of_kind = sorted((s for s in sources if s.kind == kind), key=lambda s: -s.row_count)
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
    whole = Source(sheets, kind, aliases=dict(aliases))
    whole.matches = matched(list(whole.columns.values()), kind) if alike else main.matches
    return whole


def _is_same(other: Source, main: Source) -> bool:
    """True where a source fills most of the columns that the main one fills, and can be read in the same way."""
    shared = main.sure_columns & other.sure_columns
    return (
        len(shared) >= max(4, 0.7 * len(main.sure_columns))
        and main.sheets[0].kind != "jdbc"
        and other.sheets[0].kind == main.sheets[0].kind
        and other.sheets[0].header_rows == main.sheets[0].header_rows
    )


def common_title(sources: Sequence[Source]) -> str:
    """What the sheets' title rows say, without the date that they state."""
    titles = Counter(re.sub(r"\s*\(.*\)\s*$", "", s.title) for source in sources for s in source.sheets if s.title)
    return titles.most_common(1)[0][0] if titles else ""
