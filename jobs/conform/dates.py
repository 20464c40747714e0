"""Dates as sources write them → site wall-clock time; null where the text cannot be read.

A Korean date may be a month. It then means an interval, from its `earliest` to its `latest` day; both are equal where the
day is known.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.text import groups, parts

PIVOT = 50
"""Two-digit years below it are 20xx, the others 19xx."""

KOREAN_DATE = (
    r"'?(\d{4}|\d{2})\s*[.\-/년]\s*(\d{1,2})"  # year, month
    r"(?:\s*[.\-/월]\s*(\d{1,2})\s*[.일]?)?\s*[.월]?"  # day
    r"\s*(?:\([월화수목금토일]\))?"
    r"(?:[T,\s]*(오전|오후|AM|PM)?\s*(\d{1,2})\s*[:시]\s*(?:(\d{1,2})\s*[:분]?)?\s*(?:(\d{1,2})(?:\.\d+)?\s*초?)?\s*(AM|PM)?)?"
)

SERIAL = r"^\d{5}(\.\d+)?$"
SERIAL_FROM, SERIAL_TO = 18264, 73050
"""Excel's day numbers (1900 system) that are taken for dates: 1950-01-01 to 2099-12-31."""


def korean_date_parts(text: Column) -> Column:
    """Year, month, day, half of the day, hour, minute, second, half of the day again."""
    return parts(F.upper(text), KOREAN_DATE, 8)


def korean_date(text: Column, found: Column) -> Column:
    """2021.3.5, 2021.03.05., 21/3/5, 2021-03-05, 2021년 3월 5일, 20210305, 44260 (Excel); 21년 3월 is the whole month.

    `found` is what `korean_date_parts` makes of the text. A struct: `at`, and `is_month`, where `at` is the first day
    of the month and only the month is known. A time may follow (15:20, 오후 3:20, 15시 20분); hours 24 to 29 are the
    night shift's, on the next day.
    """
    year, month, day, before, hour, minute, second, after = groups(found, 8)
    first = _day(year, month, F.when(day == "", F.lit("1")).otherwise(day))
    start = first + _time_of_day(F.when(before == "", after).otherwise(before), hour, minute, second)
    compact = F.when(text.rlike(r"^\d{8}$"), F.try_to_timestamp(text, F.lit("yyyyMMdd"))).otherwise(_excel_day(text))
    at = F.when(month.isNull(), compact).when((day != "") | (hour == ""), start)
    return F.struct(at.cast("timestamp").alias("at"), ((day == "") & (hour == "")).alias("is_month"))


def earliest(date: Column) -> Column:
    """The first moment that a `korean_date` can mean."""
    return date["at"]


def latest(date: Column) -> Column:
    """The last moment that a `korean_date` can mean: of a month, the start of its last day."""
    return F.when(date["is_month"], F.last_day(date["at"]).cast("timestamp")).otherwise(date["at"])


def is_short_year(found: Column) -> Column:
    """Whether a `korean_date` has a year of two digits."""
    return F.length(groups(found, 1)[0]) == 2


def is_past_midnight(found: Column) -> Column:
    """Whether a `korean_date` has an hour from 24 on."""
    return groups(found, 5)[4].try_cast("int") >= 24


def is_serial(text: Column) -> Column:
    """Whether a `korean_date` that can be read is Excel's number of a day."""
    return text.rlike(SERIAL)


def sap_date(text: Column) -> Column:
    """yyyyMMdd. (For 00000000, SAP's null, see `sap_nothing`.)"""
    return F.when(text.rlike(r"^\d{8}$"), F.try_to_timestamp(text, F.lit("yyyyMMdd")))


def sap_timestamp(day: Column, time: Column) -> Column:
    """A date field and a time field (HHmmss; 240000 is the end of the day); without a time, the day."""
    is_time = time.rlike(r"^([01]\d|2[0-3])[0-5]\d[0-5]\d$|^240000$")
    parts = [F.substring(time, at, 2).try_cast("int") for at in (1, 3, 5)]
    since_midnight = F.make_dt_interval(F.lit(0), *parts)
    start = sap_date(day)
    return F.when(time.isNull(), start).when(is_time, start + since_midnight).cast("timestamp")


def sap_nothing(text: Column) -> Column:
    """The text, or null for SAP's initial date or time."""
    return F.when(text.rlike("^0+$"), F.lit(None)).otherwise(text)


def iso_timestamp(text: Column) -> Column:
    """ISO 8601 date, or date and time, of the site's clock; a time zone is refused, as it would be another clock."""
    is_iso = text.rlike(r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?$")
    return F.when(is_iso, F.try_to_timestamp(text))


def _excel_day(text: Column) -> Column:
    serial = F.when(text.rlike(SERIAL), text).try_cast("double")
    seconds = F.round((serial - 25569) * 86400).cast("bigint")
    return F.when(serial.between(SERIAL_FROM, SERIAL_TO), F.timestamp_seconds(seconds))


def _day(year: Column, month: Column, day: Column) -> Column:
    number = year.try_cast("int")
    full = F.when(F.length(year) == 4, number).when(number < PIVOT, number + 2000).otherwise(number + 1900)
    nought = F.lit(0)
    return F.try_make_timestamp(full, month.try_cast("int"), day.try_cast("int"), nought, nought, F.lit(0))


def _time_of_day(half: Column, hour: Column, minute: Column, second: Column) -> Column:
    """Time since midnight; null where there is no such time."""
    h, m, s = (F.when(part == "", 0).otherwise(part.try_cast("int")) for part in (hour, minute, second))
    is_afternoon, is_morning = half.isin("오후", "PM"), half.isin("오전", "AM")
    clock = (
        F.when(is_afternoon & (h < 12), h + 12)
        .when(is_morning & (h == 12), F.lit(0))
        .when(is_morning & (h > 12), F.lit(None))
        .otherwise(h)
    )
    is_time = (clock < 30) & (m < 60) & (s < 60)
    return F.when(is_time, F.make_dt_interval(F.lit(0), clock, m, s))
