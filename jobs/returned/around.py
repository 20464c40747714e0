"""What a file tells around a refused cell: texts of its column that were accepted, and what its row and neighbours say."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jobs.contracts import ColumnRule
from jobs.contracts.checks import OCCURRED
from jobs.contracts.model import DATE_PARSES
from jobs.returned.readable import day_of, is_readable, says_nothing
from jobs.returned.sentences import Reason, as_written
from jobs.sources import RawRow

KNOWN_AT_MOST = 1_000
"""So many accepted texts of a column are looked through for one that is near."""
EXAMPLE_LETTERS = 30
NAMES_EQUIPMENT = re.compile(r"(?:설비|장비|기기|기계|품)\s*명|명칭|호기|equipment\s*name|eqktx", re.IGNORECASE)
"""Headings under which equipment is called by its name: what has the same name has mostly the same tag."""
AHEAD = ("legal_inspection_due_on",)
"""Days that are yet to come; all others lie before the delivery's, or are the next: a delivery is often cut after midnight."""
SAME_NAME_AT_MOST = 2
"""A name that stands beside more tags than these tells none."""


@dataclass(frozen=True)
class RefusedRow:
    """A row of the quarantine: its place, its cells as (heading, text as it was read) in order, and its reasons."""

    table: str
    file: str
    sheet: str | None
    row: int
    row_hash: str
    cells: Sequence[tuple[str, str | None]]
    reasons: Sequence[Reason]

    def text(self, heading: str) -> str | None:
        """What stands under a heading."""
        return next((text for name, text in self.cells if name == heading), None)


class Around:
    """Told by the rows of a file, in order, which are accepted and which were refused; then asked about the refused ones."""

    def __init__(
        self,
        rules: Mapping[str, Sequence[ColumnRule]],
        units: Mapping[str, str],
        nothing: tuple[str, ...],
        joined: Iterable[str],
        refused: Iterable[RefusedRow],
    ) -> None:
        """`rules` are those of a source table by canonical column, `units` the lake's, `nothing` its words for no value.

        By the headings `joined` its rows are joined to others.
        """
        self._rules, self._units, self._nothing = rules, units, nothing
        own = {h: (column, rule) for column, of in rules.items() for rule in of for h in rule.headings}
        self._of_heading = {h: ("", ColumnRule.model_validate({"from": h})) for h in joined} | own
        self._tags = {
            h for h, (column, rule) in self._of_heading.items() if rule.parse == "tag" or column.endswith("_tag")
        }
        self._dates = {h for h, (_, rule) in self._of_heading.items() if rule.parse in DATE_PARSES}
        self._known: dict[str, Counter[str]] = defaultdict(Counter)
        self._listed: dict[str, list[str]] = {}
        self._example: dict[str, str] = {}
        self._beside = {name: Counter[tuple[str, str]]() for row in refused for name in _names(row)}
        self._sheet: str | None = None
        self._last: dict[str, str] = {}
        self._years: dict[tuple[str | None, int, str], list[int]] = defaultdict(list)
        self._waiting: list[tuple[str | None, int]] = []

    def accept(self, row: RawRow) -> None:
        """Remember what an accepted row says."""
        self._turn_to(row.sheet)
        said = [(cell.heading, (cell.filled or cell.text or "").strip()) for cell in row.cells]
        tags = [(heading, text) for heading, text in said if heading in self._tags and text]
        for heading, text in tags:
            self._known[heading][text] += 1
        for cell in said:
            if cell in self._beside:
                self._beside[cell].update(tags)
        for heading, text in said:
            if heading in self._of_heading and heading not in self._example and self._is_example(heading, text):
                self._example[heading] = text
        self._last = {heading: text for heading, text in said if heading in self._dates}
        for sheet, number in self._waiting:
            self._note_years(sheet, number)
        self._waiting = []

    def passed(self, row: RawRow) -> None:
        """Remember that a refused row stands here: the dates above and below it tell its year."""
        self._turn_to(row.sheet)
        self._note_years(row.sheet, row.row)
        self._waiting.append((row.sheet, row.row))

    def _turn_to(self, sheet: str | None) -> None:
        """Begin a sheet: rows of another are no neighbours."""
        if sheet != self._sheet:
            self._sheet, self._last, self._waiting = sheet, {}, []

    def _note_years(self, sheet: str | None, number: int) -> None:
        for heading, text in self._last.items():
            if day := day_of(text):
                self._years[sheet, number, heading].append(day.year)

    def known(self, heading: str) -> list[str]:
        """The accepted tags of a column, the most frequent first; asked for when the file has been read."""
        if heading not in self._listed:
            self._listed[heading] = [text for text, _ in self._known[heading].most_common(KNOWN_AT_MOST)]
        return self._listed[heading]

    def example(self, heading: str) -> str | None:
        """A text of the column that was accepted."""
        return self._example.get(heading)

    def instead(self, column: str, heading: str, row: RefusedRow) -> tuple[str, ...]:
        """What may stand in a cell that says nothing: the tag that stands beside the row's name, or another of its days."""
        if heading in self._tags:
            beside = [self._beside[name] for name in _names(row)]
            found = [[tag for of, tag in tags if of == heading] for tags in beside]
            return next((tuple(tags) for tags in found if 0 < len(tags) <= SAME_NAME_AT_MOST), ())
        rule = self._of_heading[heading][1] if heading in self._dates else None
        if rule is None or heading not in _of_days(rule):
            return ()
        return tuple(as_written(day, rule.parse) for day in self._other_days(column, row))

    def years(self, column: str, heading: str, row: RefusedRow) -> tuple[int, ...]:
        """The years that a date without one may be of: those of the row's other days, else of the rows above and below.

        What another day early in a year is told with may be of the year before.
        """
        own = [year for day in self._other_days(column, row) for year in (day.year, day.year - (day.month < 3))]
        return tuple(dict.fromkeys(own or self._years[row.sheet, row.row, heading]))

    def written_on(self, column: str, row: RefusedRow) -> date | None:
        """The day on which the row says that it was recorded, where another column than this says it."""
        days = self._days(self._rules.get("recorded_on", ()), row) if column != "recorded_on" else []
        return max(days, default=None)

    def compared(self, column: str, other: str, row: RefusedRow) -> str | None:
        """The day of the column that a row's column is compared with, as the latter writes it."""
        there = self._days(self._rules.get(other) or self._rules.get(OCCURRED, ()), row)
        own = next(iter(self._rules.get(column, ())), None)
        return as_written(there[0], own.parse) if there and own else None

    def _other_days(self, column: str, row: RefusedRow) -> list[date]:
        """The days of a row's other columns that could be read."""
        told = {column, *AHEAD, *(reason.column for reason in row.reasons)}
        return self._days([rule for other, of in self._rules.items() if other not in told for rule in of], row)

    def _days(self, rules: Iterable[ColumnRule], row: RefusedRow) -> list[date]:
        headings = [heading for rule in rules if rule.parse in DATE_PARSES for heading in _of_days(rule)]
        return list(dict.fromkeys(day for heading in headings if (day := day_of(row.text(heading)))))

    def _is_example(self, heading: str, text: str) -> bool:
        column, rule = self._of_heading[heading]
        if len(text) > EXAMPLE_LETTERS or "\n" in text:
            return False
        return is_readable(rule, text, self._units.get(column, ""), self._nothing)


def _of_days(rule: ColumnRule) -> tuple[str, ...]:
    """The headings of a date that hold days, not times."""
    return rule.headings[:1] if rule.needs_all_headings else rule.headings


def _names(row: RefusedRow) -> list[tuple[str, str]]:
    """The cells of a row that call its equipment by a name."""
    return [(h, text.strip()) for h, text in row.cells if text and NAMES_EQUIPMENT.search(h) and not says_nothing(text)]
