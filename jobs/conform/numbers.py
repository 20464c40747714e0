"""Numbers with thousands commas, units and Korean signs; durations. Null where the text cannot be read.

The text is expected narrow (`jobs.conform.text.narrow`).
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.text import groups
from jobs.conform.units import factor, units_like

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
NUMBER = rf"(?:약|≒|~)?\s*(?:₩|\\)?\s*([-+△▲(]?)\s*(?:₩|\\)?\s*({DIGITS})(E[+-]?\d{{1,3}})?\s*([^\d\s,.()][^\d,()]*2?)?\)?"

DURATION = (
    r"(?:약\s*)?"
    r"(?:(\d+(?:\.\d+)?)\s*(?:일|D|DAYS?))?\s*"
    r"(?:(\d+(?:\.\d+)?)\s*(?:시간|HOURS?|HRS?|H))?\s*"
    r"(?:(\d+(?:\.\d+)?)\s*(?:분|MINUTES?|MINS?|MIN|M))?\s*"
    r"(?:(\d+(?:\.\d+)?)\s*(?:초|SECONDS?|SECS?|SEC|S))?"
)
CLOCK = r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?"


def number(text: Column, written_in: str, wanted: str) -> Column:
    """1,234 · -5 · △5 · (5) · 약 3 · 1.2E3 · 12천원 as a double in the unit `wanted`.

    `written_in` is the unit of a cell that states none; a unit of another kind cannot be read. Where both are empty the
    quantity has no unit, and a cell with one cannot be read either.
    """
    sign, digits, exponent, unit = groups(F.upper(text), NUMBER, 4)
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


def integer(text: Column, written_in: str, wanted: str) -> Column:
    """A number without a fraction, as a bigint; below 10^15, where a double still counts by ones."""
    value = number(text, written_in, wanted)
    return F.when((F.abs(value) < 1e15) & (value == F.floor(value)), value).try_cast("bigint")


def duration(text: Column, written_in: str, wanted: str) -> Column:
    """3시간 30분 · 1.5h · 90분 · 1일 2시간 · 2:30 as a double in the unit `wanted`.

    `written_in` is the unit of a plain number.
    """
    upper = F.upper(text)
    parts = [F.coalesce(part.try_cast("double"), F.lit(0.0)) for part in groups(upper, DURATION, 4)]
    clock = [F.coalesce(part.try_cast("double"), F.lit(0.0)) for part in groups(upper, CLOCK, 3)]
    spelled = parts[0] * 24 + parts[1] + parts[2] / 60 + parts[3] / 3600
    by_clock = clock[0] + clock[1] / 60 + clock[2] / 3600
    times = factor("h", wanted) or 1.0
    return (
        F.when(upper.rlike(f"^{CLOCK}$"), by_clock * times)
        .when(upper.rlike(rf"^{DURATION}$") & upper.rlike(r"\d"), spelled * times)
        .otherwise(number(text, written_in or wanted, wanted))
    )


YES = ("Y", "YES", "TRUE", "T", "1", "O", "○", "◯", "V", "√", "✓", "예", "네", "유", "있음")
NO = ("N", "NO", "FALSE", "F", "0", "X", "×", "아니오", "아니요", "무", "없음")


def boolean(text: Column) -> Column:
    """Y/N, O/X, 예/아니오, 유/무, 있음/없음, 1/0."""
    upper = F.upper(text)
    return F.when(upper.isin(*YES), F.lit(True)).when(upper.isin(*NO), F.lit(False))
