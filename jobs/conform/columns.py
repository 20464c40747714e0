"""One canonical column from the texts of its headings, by the contract's rule."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.codes import is_unmapped, mapped
from jobs.conform.dates import iso_timestamp, korean_date, sap_date, sap_nothing, sap_timestamp
from jobs.conform.numbers import boolean, duration, integer, number
from jobs.conform.tags import sap_number, tag
from jobs.conform.text import NOTHING, clean, narrow, nothing_as_null
from jobs.contracts import ColumnRule
from jobs.contracts.model import DATE_PARSES

EXPECTED = {
    "korean_date": "a date such as 2021-03-05, 2021.3.5 or 2021년 3월",
    "sap_date": "a date as yyyyMMdd",
    "sap_timestamp": "a date as yyyyMMdd and a time as HHmmss",
    "iso_timestamp": "a date and time such as 2021-03-05 15:20:00",
    "number": "a number",
    "integer": "a whole number",
    "duration": "a duration such as 3시간 30분, 1.5h or 90분",
    "boolean": "yes or no, such as Y/N, O/X, 유/무",
}
"""What a parse rule reads, for people."""


@dataclass(frozen=True)
class Conformed:
    """A canonical value, the texts it was read from (null where they say nothing), and what is wrong with them.

    `value` is typed by the rule: for dates a struct `from`, `to`; for numbers double or bigint; else string or boolean.
    `is_bad` is true where there is a text that the rule cannot read; `is_unmapped` where a code has no mapping.
    """

    value: Column
    text: Column
    is_bad: Column
    is_unmapped: Column
    expected: str


def conform_column(
    rule: ColumnRule, texts: Sequence[Column], unit: str = "", nothing: Sequence[str] = ()
) -> Conformed:
    """Read one canonical column. `texts` stand for the rule's headings; `unit` is the lake's unit of the column.

    Headings are alternatives (the first text that says something counts), but for sap_timestamp: date, then time.
    """
    no = F.lit(False)
    if rule.from_ is None:
        return Conformed(_constant(rule), F.lit(None).cast("string"), no, no, "")
    words = [*(NOTHING if rule.parse != "boolean" else [w for w in NOTHING if w != "없음"]), *nothing]
    found = [nothing_as_null(clean(text), words) for text in texts]
    if rule.parse == "sap_timestamp":
        day, time = sap_nothing(found[0]), found[1]
        value, text = sap_timestamp(day, time), F.concat_ws(" ", day, F.when(day.isNotNull(), time))
        text = F.when(day.isNotNull(), text)
    else:
        text = found[0] if len(found) == 1 else F.coalesce(*found)
        if rule.parse == "sap_date":
            text = sap_nothing(text)
        value = _parsed(rule, text, unit)
    expected = EXPECTED.get(rule.parse, "text") + (f" in {rule.unit or unit}" if rule.parse == "number" and unit else "")
    is_bad = (text.isNotNull() & value.isNull()) if rule.parse in EXPECTED else no
    return Conformed(value, text, is_bad, is_unmapped(text, rule.codes) if rule.codes else no, expected)


def _constant(rule: ColumnRule) -> Column:
    """The rule's constant, or the row's place: "file:sheet:row"."""
    if rule.row_number:
        return F.concat_ws(":", F.col("_file"), F.col("_sheet"), F.col("_row").cast("string"))
    return F.lit(rule.value)


def _parsed(rule: ColumnRule, text: Column, unit: str) -> Column:
    """The text read by the rule; null where it cannot be read."""
    if rule.codes:
        return mapped(text, rule.codes, rule.default)
    written_in, wanted = rule.unit or unit, unit or rule.unit or ""
    match rule.parse:
        case "text":
            return text
        case "tag":
            return tag(narrow(text))
        case "sap_number":
            return sap_number(text)
        case "korean_date":
            return korean_date(narrow(text))
        case "sap_date":
            return sap_date(text)
        case "iso_timestamp":
            return iso_timestamp(text)
        case "number":
            return number(narrow(text), written_in, wanted)
        case "integer":
            return integer(narrow(text), written_in, wanted)
        case "duration":
            return duration(narrow(text), written_in, wanted)
        case "boolean":
            return boolean(narrow(text))
        case _:
            raise ValueError(f"no parse rule {rule.parse}")


def as_field(value: Column, rule: ColumnRule, type_name: str, latest: bool = False) -> Column:
    """A conformed value in the column's own type; of a month, a date column takes the first day, or the `latest`."""
    if rule.from_ is not None and rule.parse in DATE_PARSES:
        value = value["to" if latest else "from"]
    return value.cast(type_name)
