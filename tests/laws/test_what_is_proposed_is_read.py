"""What a returned workbook proposes for a cell, or gives as an example, is read by the platform: it never comes back again.

One set of proposals for many texts goes through the columns of `jobs.conform`, a Spark job for each way to read a column.
"""

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from jobs.conform.columns import EXPECTED, nothing_for, prepared, read
from jobs.conform.dates import earliest, latest
from jobs.conform.text import clean, nothing_as_null
from jobs.contracts import ColumnRule
from jobs.returned.readable import is_readable
from jobs.returned.sentences import USUAL, About, Reason, told
from tests.unit.test_returned_sentences import DATES, DATES_OF_SYSTEMS, NUMBERS

DELIVERED, LATEST = date(2026, 1, 20), date(2026, 1, 21)
UNITS = {"number": ("천원", "KRW"), "duration": ("h", "h"), "integer": (None, "")}

written = st.one_of(
    st.sampled_from([value for value, *_ in DATES] + [value for _, value, *_ in (*DATES_OF_SYSTEMS, *NUMBERS)]),
    st.from_regex(r"'?(19|20|)[0-9]{2}[.\-/년][0-9]{1,2}[.\-/월]([0-9]{1,2}일?)?( 오전중| 15:20|쯤)?", fullmatch=True),
    st.from_regex(r"(올해|작년|2023년|'22\.) ?(봄|여름|겨울|하반기|[0-9]{1,2}월)( ?[0-9]{1,2}일)?(초|쯤)?", fullmatch=True),
    st.from_regex(r"(약 ?)?[0-9]{1,3}(,[0-9]{3})?([.][0-9])?([~-][0-9]{1,2})?(만원|시간|분|개|h|마력|)( ?정도)?", fullmatch=True),
    st.text("0123456789.,:-/~OlI년월일시분초반 천만원약쯤#〃-", max_size=12),
)  # fmt: skip


def rule_of(parse: str) -> ColumnRule:
    unit = UNITS.get(parse, (None, ""))[0]
    return ColumnRule.model_validate({"from": "열", "parse": parse, **({"unit": unit} if unit else {})})


def offered(parse: str, text: str) -> list[str]:
    """What is proposed for a text that a column cannot read, or given as an example."""
    rule, lake_unit = rule_of(parse), UNITS.get(parse, (None, ""))[1]
    about = About("열", rule=rule, lake_unit=lake_unit, unit=rule.unit or "", latest=LATEST, delivered_on=DELIVERED,
                  years=(2024, 2025), text=text)  # fmt: skip
    said = told(Reason(f"bad_{parse}", "occurred", text, EXPECTED[parse]), about)
    return [*said.fixes, *([said.example] if said.example else [])]


def values(spark: SparkSession, parse: str, texts: list[str]) -> dict[str, tuple[object, object]]:
    """What the platform reads in each text: a value, and for a date its last day; null where it cannot."""
    rule, lake_unit = rule_of(parse), UNITS.get(parse, (None, ""))[1]
    frame = spark.createDataFrame([(text,) for text in texts], "written string").coalesce(1)
    frame = frame.select("written", clean("written").alias("text"))
    text = nothing_as_null(F.col("text"), nothing_for(rule, ()))
    time = F.lit(None).cast("string")
    if parse == "sap_timestamp":  # of a time alone: on some day
        is_time = F.length("text") == 6
        text, time = F.when(is_time, F.lit("20210305")).otherwise(text), F.when(is_time, F.col("text"))
    value: Column = read(rule, [text, time], prepared(rule, text), lake_unit)
    first, last = (earliest(value), latest(value)) if parse == "korean_date" else (value, value)
    return {row[0]: (row[1], row[2]) for row in frame.select("written", first, last).collect()}


@pytest.mark.parametrize("parse", [*EXPECTED])
@settings(
    max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(st.lists(written, min_size=200, max_size=200))
def test_what_is_proposed_is_read(parse: str, spark: SparkSession, texts: list[str]):
    known = [value for value, *_ in DATES] + [value for _, value, *_ in (*DATES_OF_SYSTEMS, *NUMBERS)]
    proposed = defaultdict(list)
    for text in (*known, *texts):
        for fix in offered(parse, text):
            proposed[fix].append(text)
    readable = [text for text in texts if is_readable(rule_of(parse), text, UNITS.get(parse, (None, ""))[1])]
    found = values(spark, parse, [*proposed, *readable])
    assert proposed or parse not in USUAL
    unread = {fix: of for fix, of in proposed.items() if found[fix][0] is None}
    assert not unread
    assert not [text for text in readable if found[text][0] is None], "in doubt the answer is no"
    if parse == "korean_date":
        assert all(str(found[fix][1])[:10] <= str(LATEST) for fix in proposed), "none is refused for its day"
