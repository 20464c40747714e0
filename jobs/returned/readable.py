"""Whether a text would be read as a value: told without Spark, so that nothing is proposed which would come back.

The patterns are those of `jobs.conform`. Where they leave a doubt, the answer is no.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from jobs.conform.columns import UNREADABLE, nothing_for
from jobs.conform.dates import KOREAN_DATE, PIVOT
from jobs.conform.numbers import CLOCK, DURATION, NO, NUMBER, YES
from jobs.conform.units import spelling, units_like
from jobs.contracts import ColumnRule
from jobs.sources.ditto import is_ditto

EARLIEST = date(1950, 1, 1)
"""No record is older."""


def is_readable(rule: ColumnRule, text: str, unit: str = "", nothing: tuple[str, ...] = ()) -> bool:
    """Whether a rule reads the text as a value; `unit` is the lake's of the column, `nothing` the source's own words."""
    plain = text.strip()
    if plain != unicodedata.normalize("NFKC", plain) or says_nothing(plain):
        return False
    if plain.upper() in {word.upper() for word in nothing_for(rule, nothing)}:
        return False
    if rule.codes:
        return any(code is not None and _key(word) == _key(plain) for word, code in rule.codes.items())
    wanted = unit or rule.unit or ""
    if rule.parse in ("number", "integer", "duration"):
        return NUMERIC[rule.parse](plain, wanted)
    return PLAIN[rule.parse](plain) if rule.parse in PLAIN else True


def says_nothing(text: str | None) -> bool:
    """Whether a text is none that any rule could read: it is empty, a ditto mark, or a formula's error."""
    return not (text or "").strip() or is_ditto(text) or _matches(UNREADABLE, text or "")


def day_of(text: str | None) -> date | None:
    """The day that a `korean_date`, `sap_date` or `iso_timestamp` names, of a month the first; None for all others."""
    plain = unicodedata.normalize("NFKC", text or "").strip()
    if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain, re.ASCII):
        return day(*map(int, found.groups()))
    found = re.fullmatch(KOREAN_DATE, plain.upper(), re.ASCII)
    if not found or any(found[hour] and int(found[hour]) > most for hour, most in ((5, 23), (6, 59), (7, 59))):
        return None
    if found[4] or found[8] or (found[5] and not found[3]):
        return None
    return day(full_year(found[1]), int(found[2]), int(found[3] or 1))


def day(year: int, month: int, of_month: int) -> date | None:
    """The day, or None where there is none."""
    try:
        return date(year, month, of_month)
    except ValueError:
        return None


def full_year(digits: str) -> int:
    """A year, of two digits or of four."""
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < PIVOT else 1900)


def _key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).upper().split())


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text, re.ASCII | re.IGNORECASE) is not None


def _number(text: str, wanted: str) -> float | None:
    found = re.fullmatch(NUMBER, text.upper(), re.ASCII)
    if not found:
        return None
    unit = spelling(found[4] or "")
    times = units_like(wanted).get(unit) if unit else 1.0
    return None if times is None else float(found[2].replace(",", "") + (found[3] or "")) * times


def _is_whole(text: str, wanted: str) -> bool:
    value = _number(text, wanted)
    return value is not None and abs(value) < 1e15 and value == int(value)


def _is_duration(text: str, wanted: str) -> bool:
    return _matches(DURATION, text) or _matches(CLOCK, text) or _number(text, wanted) is not None


NUMERIC: Mapping[str, Callable[[str, str], bool]] = {
    "number": lambda text, wanted: _number(text, wanted) is not None,
    "integer": _is_whole,
    "duration": _is_duration,
}
PLAIN: Mapping[str, Callable[[str], bool]] = {
    "korean_date": lambda text: day_of(text) is not None,
    "sap_date": lambda text: _matches(r"\d{8}", text) and day_of(text) is not None,
    "sap_timestamp": lambda text: (
        (_matches(r"\d{8}", text) and day_of(text) is not None) or _matches(r"([01]\d|2[0-3])[0-5]\d[0-5]\d", text)
    ),
    "iso_timestamp": lambda text: (
        _matches(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?", text) and day_of(text) is not None
    ),
    "boolean": lambda text: text.upper() in (*YES, *NO),
}
