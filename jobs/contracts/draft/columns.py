"""What the values of a column look like, and how well they fit a column of the lake."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from jobs.conform.dates import KOREAN_DATE, PIVOT, SERIAL_FROM, SERIAL_TO
from jobs.conform.numbers import CLOCK, DURATION, NO, NUMBER, YES
from jobs.conform.tags import SIMPLE
from jobs.conform.text import NOTHING
from jobs.conform.units import factor, spelling
from jobs.contracts.vocabulary import code_of, split_unit, squeezed
from jobs.contracts.words import CODES, NOTHING_WORDS, UNITS_IN_HEADINGS
from jobs.tables import Field

FEW_VALUES = 60
"""A column with more different values holds no codes."""
MINUTES_FROM = 24.0
"""Whole durations whose median is above it are minutes: jobs seldom last that many hours."""
NO_DATE = "00000000"
"""What SAP writes where there is no date."""
CURRENCIES = {"usd", "us", "달러", "불", "eur", "유로", "jpy", "엔", "cny", "위안"}
"""Currencies that a heading may name and the lake cannot turn into won."""
WON_FROM = 10_000.0
"""Costs whose median is below it are thousands of won: no job costs less."""


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def as_date(text: str) -> date | None:
    """The day a text means to `jobs.conform.dates.korean_date` or `iso_timestamp`; of a month, its first; else None."""
    text = plain(text).upper()
    try:
        if re.fullmatch(r"\d{8}", text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        if re.fullmatch(r"\d{5}(\.\d+)?", text) and SERIAL_FROM <= float(text) <= SERIAL_TO:
            return date(1899, 12, 30) + timedelta(days=int(float(text)))
        if found := re.fullmatch(KOREAN_DATE, text):
            year, month, day = found[1], int(found[2]), int(found[3] or 1)
            full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < PIVOT else 1900)
            return date(full, month, day)
    except ValueError:
        pass
    return None


def as_number(text: str) -> float | None:
    """The number a text means, whatever its unit; else None."""
    found = re.fullmatch(NUMBER, plain(text).upper())
    if not found:
        return None
    value = float(found[2].replace(",", "") + (found[3] or ""))
    return -value if found[1] in ("-", "△", "▲", "(") else value


def unit_in(text: str) -> str:
    """The unit that a number or a duration in words states, or nothing."""
    text = plain(text).upper()
    found = re.fullmatch(NUMBER, text)
    if found and found[4] and (unit := spelling(found[4])):
        return unit
    return "h" if not found and re.fullmatch(DURATION, text) else ""


def is_duration(text: str) -> bool:
    text = plain(text).upper()
    return bool(re.fullmatch(DURATION, text) or re.fullmatch(CLOCK, text) or as_number(text) is not None)


def is_tag(text: str) -> bool:
    return bool(re.fullmatch(SIMPLE.strip("^$"), plain(text).upper()))


def is_iso(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?", text))


def is_compact(text: str) -> bool:
    """20260131, as SAP writes dates."""
    return bool(re.fullmatch(r"\d{8}", text))


def is_padded(text: str) -> bool:
    """000000000012345678, as SAP writes numbers."""
    return bool(re.fullmatch(r"0\d{9,}", text))


def stated_nothing(columns: Iterable["Values"]) -> list[str]:
    """Words for "nothing" that a source uses and no other source's contract would know."""
    seen = Counter(word for column in columns for word in NOTHING_WORDS if word.casefold() in column.said)
    return [word for word in NOTHING_WORDS if seen[word]]


@dataclass(frozen=True)
class Values:
    """A column's texts, under its heading as it stands."""

    heading: str
    texts: Sequence[str]

    @cached_property
    def said(self) -> dict[str, int]:
        """How often each text stands there, in small letters."""
        return Counter(text.casefold() for text in self.texts)

    @cached_property
    def filled(self) -> list[str]:
        """The texts that say something."""
        nothing = {word.casefold() for word in (*NOTHING, *NOTHING_WORDS, NO_DATE, "")}
        return [text for text in self.texts if text.casefold() not in nothing]

    @cached_property
    def words(self) -> Counter[str]:
        """How often each text that says something stands there."""
        return Counter(self.filled)

    @property
    def rows(self) -> int:
        return len(self.filled)

    @cached_property
    def distinct_share(self) -> float:
        return len(self.words) / self.rows if self.rows else 0.0

    def share(self, test: Callable[[str], bool]) -> float:
        """Share of the filled texts of which a predicate holds."""
        return sum(n for text, n in self.words.items() if test(text)) / self.rows if self.rows else 0.0

    @cached_property
    def dates(self) -> float:
        return self.share(lambda text: as_date(text) is not None)

    @cached_property
    def numbers(self) -> float:
        return self.share(lambda text: as_number(text) is not None)

    @cached_property
    def tags(self) -> float:
        return self.share(is_tag)

    @cached_property
    def mean_length(self) -> float:
        return sum(len(text) * n for text, n in self.words.items()) / self.rows if self.rows else 0.0

    @cached_property
    def median(self) -> float | None:
        """Median of the numbers above zero."""
        numbers = sorted(v for text in self.filled if (v := as_number(text)) is not None and v > 0)
        return numbers[len(numbers) // 2] if numbers else None

    def known_codes(self, column: str) -> dict[str, str]:
        """The column's words whose canonical code is known, the most frequent first."""
        found = ((plain_word(word), code_of(column, word)) for word, _ in self.words.most_common())
        return {word: code for word, code in found if code}

    def unknown_codes(self, column: str) -> dict[str, int]:
        return {plain_word(word): n for word, n in self.words.most_common() if code_of(column, word) is None}


def plain_word(word: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", word)).strip()


def fit(values: Values, column: str, field: Field | None) -> tuple[float, str]:
    """How well a column's values fit a column of the lake (0..1), and what was seen. `field` is None for `occurred`."""
    if not values.rows:
        return 0.5, "값이 없다"
    kind = "date" if field is None else str(field.type)
    if kind in ("date", "timestamp"):
        return values.dates, f"값 {values.dates:.0%}가 날짜"
    if kind == "boolean":
        share = values.share(lambda text: plain(text).upper() in (*YES, *NO))
        return share, f"값 {share:.0%}가 예/아니오"
    if kind in ("double", "int"):
        if field is not None and field.unit == "h":
            share = values.share(is_duration) if values.dates < 0.5 else 0.0
            return share, f"값 {share:.0%}가 시간"
        share = values.numbers if values.dates < 0.9 else 0.0
        return share, f"값 {share:.0%}가 수"
    return _text_fit(values, column)


def _text_fit(values: Values, column: str) -> tuple[float, str]:
    different = len(values.words)
    if column in CODES:
        if different > FEW_VALUES:
            return 0.1, f"서로 다른 값이 {different}가지라 코드가 아니다"
        known = sum(n for word, n in values.words.items() if code_of(column, word)) / values.rows
        return max(known, 0.25 if values.dates < 0.5 and values.numbers < 0.9 else 0.0), f"값 {known:.0%}가 아는 말"
    if column in ("maintenance_id", "failure_id", "measurement_id"):
        is_id = values.distinct_share if values.dates < 0.9 and values.mean_length < 30 else 0.0
        return is_id, f"값 {values.distinct_share:.0%}가 서로 다르다"
    if column in ("equipment_tag", "parent_tag"):
        if values.tags >= 0.5:
            return values.tags, f"값 {values.tags:.0%}가 P-101A 꼴"
        is_name = values.dates < 0.5 and values.mean_length < 20
        return (0.5 if is_name else 0.1), f"P-101A 꼴이 아니다 (예: {next(iter(values.words))})"
    if column == "text":
        is_free = values.mean_length >= 4 and values.numbers < 0.5 and values.dates < 0.5
        return (0.8 if is_free else 0.2), f"글, 평균 {values.mean_length:.0f}자"
    is_word = values.dates < 0.5 and values.numbers < 0.8
    return (0.7 if is_word else 0.3), f"{different}가지 값 (예: {values.words.most_common(1)[0][0]})"


class Unit(NamedTuple):
    """The unit of a cell that states none ("" where it is the lake's), how sure that is, and what says so."""

    unit: str
    confidence: float
    evidence: str


def unit_of(values: Values, field: Field, is_korean: bool) -> Unit:
    """The unit that the heading names, else the cells, else the one in which numbers of this size make sense."""
    _, bracket = split_unit(values.heading)
    named = UNITS_IN_HEADINGS.get(bracket.casefold(), bracket)
    if named and factor(named, field.unit) is not None:
        return Unit(named, 1.0, f"제목에 {bracket}")
    if field.unit == "KRW" and squeezed(bracket) in CURRENCIES:
        return Unit("", 0.3, f"제목에 {bracket}, 원으로 바꿀 수 없다")
    stated = Counter(unit_in(text) for text in values.filled)
    common = next((unit for unit, n in stated.most_common() if unit and n > values.rows / 2), "")
    if common and factor(common, field.unit) is not None:
        return Unit("h" if field.unit == "h" else common, 0.95, f"값에 {common}")
    return _unit_by_size(values, field.unit, is_korean)


def _unit_by_size(values: Values, unit: str, is_korean: bool) -> Unit:
    median = values.median
    usual = {"KRW": "원" if is_korean else "", "1": "%"}.get(unit, unit)
    if median is None:
        return Unit(usual, 0.6, "값으로는 알 수 없다")
    told = f"중앙값 {median:,g}"
    if unit == "1":
        return Unit("%" if median > 2 else "1", 0.9, told)
    if unit == "h":
        numbers = [n for text in values.filled if (n := as_number(text)) is not None]
        is_minutes = median >= MINUTES_FROM and all(n == int(n) for n in numbers)
        return Unit("min" if is_minutes else "h", 0.8, told)
    if unit == "KRW" and is_korean:
        return Unit("원", 0.9, told) if median >= WON_FROM else Unit("천원", 0.7, f"{told}, 원이면 너무 작다")
    return Unit(usual, 0.6, "통화를 알 수 없다" if unit == "KRW" else told)
