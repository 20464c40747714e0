"""Numbers with thousands commas, units and Korean signs; durations. Null where the text cannot be read.

The text is expected narrow (`jobs.conform.text.narrow`).
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.text import groups, parts
from jobs.conform.units import factor, units_like

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
NUMBER = (
    r"(?:약|≒|~)?\s*(?:₩|\\)?\s*([-+△▲(]?)\s*(?:₩|\\)?\s*"  # about, currency, sign, currency
    rf"({DIGITS})(E[+-]?\d{{1,3}})?\s*([^\d\s,.()][^\d,()]*2?)?\)?"  # digits, exponent, unit
)

ABOUT = "^[약≒~～]"

DURATION = (
    r"(?=.*\d)(?:약\s*)?"
    r"(?:(\d+(?:\.\d+)?)\s*(?:일|D|DAYS?))?\s*"
    r"(?:(\d+(?:\.\d+)?)\s*(?:시간|HOURS?|HRS?|H))?\s*"
    r"(?:(\d+(?:\.\d+)?)\s*(?:분|MINUTES?|MINS?|MIN|M))?\s*"
    r"(?:(\d+(?:\.\d+)?)\s*(?:초|SECONDS?|SECS?|SEC|S))?"
)
CLOCK = r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?"


def number_parts(text: Column) -> Column:
    """Sign, digits, exponent, unit."""
    return parts(F.upper(text), NUMBER, 4)


def number(found: Column, written_in: str, wanted: str) -> Column:
    """1,234 · -5 · △5 · (5) · 약 3 · 1.2E3 · 12천원 as a double in the unit `wanted`.

    `found` is what `number_parts` makes of the text. `written_in` is the unit of a cell that states none; a unit of
    another kind cannot be read. Where both are empty the quantity has no unit, and a cell with one cannot be read.
    """
    sign, digits, exponent, unit = groups(found, 4)
    plain = F.concat(F.translate(digits, ",", ""), exponent).try_cast("double")
    signed = F.when(sign.isin("-", "△", "▲", "("), -plain).otherwise(plain)
    return signed * _factor(unit, written_in, wanted)


def _factor(unit: Column, written_in: str, wanted: str) -> Column:
    usual = F.lit((factor(written_in, wanted) if written_in else 1.0) or 1.0)
    known = {spelled.upper(): times for spelled, times in units_like(wanted).items()}
    stated = F.regexp_replace(unit, r"\s", "")
    if not known:
        return F.when(stated == "", usual)
    table = F.create_map(*[F.lit(part) for pair in known.items() for part in (pair[0], float(pair[1]))])
    return F.when(stated == "", usual).otherwise(F.try_element_at(table, stated))


def is_about(text: Column) -> Column:
    """Whether a number is called approximate."""
    return text.rlike(ABOUT)


def is_converted(found: Column, written_in: str, wanted: str) -> Column:
    """Whether a `number` is converted, from the unit that its cell states or from that of a cell which states none."""
    by_usual = bool(written_in) and factor(written_in, wanted) not in (None, 1)
    unit = F.translate(groups(found, 4)[3], " ", "")
    as_wanted = [spelled.upper() for spelled, times in units_like(wanted).items() if times == 1]
    return F.when(unit == "", F.lit(by_usual)).otherwise(~unit.isin(*as_wanted))


def is_duration_converted(found: Column, written_in: str, wanted: str) -> Column:
    """Whether a `duration` is converted: all but a plain number of the wanted unit, and, where that is h, whole 시간."""
    days, hours, minutes, seconds = groups(found["words"], 4)
    by_clock = groups(found["clock"], 1)[0].isNotNull()
    by_words = F.concat(days, minutes, seconds) != "" if factor("h", wanted) == 1 else F.lit(True)
    return (
        F.when(hours.isNotNull(), by_words)
        .when(by_clock, F.lit(True))
        .otherwise(is_converted(found["plain"], written_in, wanted))
    )


def integer(found: Column, written_in: str, wanted: str) -> Column:
    """A number without a fraction, as a bigint; below 10^15, where a double still counts by ones."""
    value = number(found, written_in, wanted)
    return F.when((F.abs(value) < 1e15) & (value == F.floor(value)), value).try_cast("bigint")


def duration_parts(text: Column) -> Column:
    """Days, hours, minutes, seconds in words; hours, minutes, seconds by the clock; and the parts of a plain number."""
    upper = F.upper(text)
    return F.struct(
        parts(upper, DURATION, 4).alias("words"),
        parts(upper, CLOCK, 3).alias("clock"),
        number_parts(text).alias("plain"),
    )


def duration(found: Column, written_in: str, wanted: str) -> Column:
    """3시간 30분 · 1.5h · 90분 · 1일 2시간 · 2:30 as a double in the unit `wanted`.

    `found` is what `duration_parts` makes of the text. `written_in` is the unit of a plain number.
    """
    days, hours, minutes, seconds = map(_or_nought, groups(found["words"], 4))
    by_words = days * 24 + hours + minutes / 60 + seconds / 3600
    hours, minutes, seconds = map(_or_nought, groups(found["clock"], 3))
    by_clock = hours + minutes / 60 + seconds / 3600
    times = factor("h", wanted) or 1.0
    plain = number(found["plain"], written_in or wanted, wanted)
    return F.coalesce(F.coalesce(by_clock, by_words) * times, plain)


def _or_nought(digits: Column) -> Column:
    """The number; 0 where the part is not written, null where the whole does not match."""
    return F.when(digits == "", 0.0).otherwise(digits.try_cast("double"))


YES = ("Y", "YES", "TRUE", "T", "1", "O", "○", "◯", "V", "√", "✓", "예", "네", "유", "있음")
NO = ("N", "NO", "FALSE", "F", "0", "X", "×", "아니오", "아니요", "무", "없음")


def boolean(text: Column) -> Column:
    """Y/N, O/X, 예/아니오, 유/무, 있음/없음, 1/0."""
    upper = F.upper(text)
    return F.when(upper.isin(*YES), F.lit(True)).when(upper.isin(*NO), F.lit(False))
