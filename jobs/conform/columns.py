"""One canonical column from the text of its headings, by the contract's rule.

A text is read in two steps, `prepared` and `read`, so that a frame can hold what the first one finds: expressions that
repeat each other's parts grow beyond what Spark can plan.
"""

import re

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.codes import code_key, mapped
from jobs.conform.dates import iso_timestamp, korean_date, korean_date_parts, sap_date, sap_timestamp
from jobs.conform.numbers import boolean, duration, duration_parts, integer, number, number_parts
from jobs.conform.tags import sap_number, tag
from jobs.conform.text import NOTHING, narrow
from jobs.contracts import ColumnRule
from jobs.sources.ditto import MARKS

NEEDS_A_VALUE = "a text; 상동 and 〃 need a value above, and the result of a formula is no error"

EXPECTED = {
    "text": NEEDS_A_VALUE,
    "tag": NEEDS_A_VALUE,
    "sap_number": NEEDS_A_VALUE,
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

UNREADABLE = "|".join(
    [*(r"\s*".join(map(re.escape, mark)) for mark in MARKS), r"#(?:REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!)"]
)
"""Texts that no rule reads, not even those that read any text: a ditto mark that nothing stands above, a formula's error."""


def nothing_for(rule: ColumnRule, nothing: tuple[str, ...]) -> tuple[str, ...]:
    """The words that mean "no value" to a rule: 없음 answers a yes-or-no question, and codes may map such a word."""
    said = {code.upper() for code in rule.codes or {}}
    if rule.parse == "boolean":
        said.add("없음")
    return tuple(word for word in (*NOTHING, *nothing) if word.upper() not in said)


def prepared(rule: ColumnRule, text: Column) -> Column:
    """What is found in a text before it is read: a code's key, the parts of a date or number, plain characters."""
    if rule.codes:
        return code_key(text)
    match rule.parse:
        case "korean_date":
            return korean_date_parts(narrow(text))
        case "number" | "integer":
            return number_parts(narrow(text))
        case "duration":
            return duration_parts(narrow(text))
        case "tag" | "boolean":
            return narrow(text)
        case _:
            return text


def read(rule: ColumnRule, texts: list[Column], found: Column, unit: str) -> Column:
    """The value: a struct `at`, `is_month` for korean_date, else a scalar; null where it cannot be read.

    `texts` are the texts of the rule's headings (for all rules but sap_timestamp only one is used), `found` is what
    `prepared` found in the first; `unit` is the lake's unit of the column.
    """
    if rule.codes:
        return F.when(is_unreadable(texts[0]), F.lit(None)).otherwise(mapped(found, rule.codes, rule.default))
    written_in, wanted = rule.unit or unit, unit or rule.unit or ""
    match rule.parse:
        case "text":
            return F.when(~is_unreadable(texts[0]), texts[0])
        case "tag":
            return F.when(~is_unreadable(texts[0]), tag(found))
        case "sap_number":
            return F.when(~is_unreadable(texts[0]), sap_number(texts[0]))
        case "korean_date":
            return korean_date(narrow(texts[0]), found)
        case "sap_date":
            return sap_date(texts[0])
        case "sap_timestamp":
            return sap_timestamp(*texts)
        case "iso_timestamp":
            return iso_timestamp(texts[0])
        case "number":
            return number(found, written_in, wanted)
        case "integer":
            return integer(found, written_in, wanted)
        case "duration":
            return duration(found, written_in, wanted)
        case "boolean":
            return boolean(found)
    raise ValueError(f"no parse rule {rule.parse}")


def is_unreadable(text: Column) -> Column:
    """Whether a text is none that any rule could read."""
    return text.rlike(f"(?i)^(?:{UNREADABLE})$")


def constant(rule: ColumnRule) -> Column:
    """The rule's constant, or the row's place: "file:sheet:row"."""
    if rule.row_number:
        return F.concat_ws(":", F.col("_file"), F.col("_sheet"), F.col("_row").cast("string"))
    return F.lit(rule.value)


def expected(rule: ColumnRule, unit: str) -> str:
    """What the rule reads, for people."""
    in_unit = f" in {rule.unit or unit}" if rule.parse == "number" and (rule.unit or unit) else ""
    return EXPECTED[rule.parse] + in_unit
