"""Rules on a staged frame: counts of several tables in one pass, and each row's reasons."""

from datetime import date

import pytest
from pyspark.sql import functions as F

from expectations.rules import Count, compile_rules, measure, reasons
from expectations.suites import KINDS, Expectation
from expectations.validate import validate

NOT_NULL = Expectation("expect_column_values_to_not_be_null", "tag")
LIMIT = Expectation("expect_column_values_to_be_between", "hours", {"min_value": 0, "max_value": 24}, "warning")
UNIQUE = Expectation("expect_column_values_to_be_unique", "tag", row=False)
ROWS = Expectation("expect_table_row_count_to_be_between", kwargs={"min_value": 1}, row=False)
TOGETHER = Expectation(
    "expect_compound_columns_to_be_unique",
    kwargs={"column_list": ["tag", "hours"], "ignore_row_if": "all_values_are_missing"},
    row=False,
)
COLD = Expectation(LIMIT.expect, "hours", {"max_value": 10}, where=("tag", "P-101"))


@pytest.fixture(scope="module")
def staged(spark):
    """Five rows: four feed `work`, two feed `unit`."""
    rows = [
        (1, ("P-101", 3.0, date(2024, 1, 5)), ("P-101",)),
        (2, ("P-101", 30.0, None), None),
        (3, (None, -1.0, None), None),
        (4, ("P-102", None, None), ("P-102",)),
        (5, None, None),
    ]
    schema = "_row int, work struct<tag: string, hours: double, day: date>, unit struct<tag: string>"
    return spark.createDataFrame(rows, schema)


def test_one_pass_counts_every_table(staged):
    found = measure(staged, {"work": [ROWS, NOT_NULL, LIMIT, UNIQUE, COLD, TOGETHER], "unit": [NOT_NULL, UNIQUE]})
    assert (found["work"].rows, found["unit"].rows) == (4, 2)
    assert [found["work"].counts[f"{i:03d}"] for i in range(6)] == [
        Count(4),
        Count(4, 1, 1),
        Count(4, 1, 2),
        Count(4, 1, 2),
        Count(2, 0, 1),
        Count(4, 0, 0),
    ]
    assert list(found["unit"].counts.values()) == [Count(2), Count(2)]


def test_a_row_has_every_reason_and_only_of_tables_it_feeds(staged):
    rules = compile_rules([NOT_NULL, LIMIT, UNIQUE, COLD])
    column = reasons(rules, lambda name: F.col(f"work.{name}"), F.col("work").isNotNull())
    given = {
        r["_row"]: [tuple(reason) for reason in r["reasons"]]
        for r in staged.select("_row", column.alias("reasons")).collect()
    }
    assert given == {
        1: [],
        2: [("between", "hours", "30.0", "from 0 to 24"), ("between", "hours", "30.0", "to 10")],
        3: [("not_null", "tag", None, "a value"), ("between", "hours", "-1.0", "from 0 to 24")],
        4: [],
        5: [],
    }


def test_a_suite_without_row_rules_gives_no_reason(staged):
    column = reasons(compile_rules([UNIQUE]), lambda name: F.col(f"work.{name}"), F.col("work").isNotNull())
    assert staged.select(F.size(column).alias("n")).distinct().collect()[0]["n"] == 0


def test_an_empty_batch_counts_nothing(staged):
    found = measure(staged.where("false"), {"work": [ROWS, NOT_NULL, UNIQUE]})["work"]
    assert found.rows == 0
    assert set(found.counts.values()) == {Count()}


def test_a_rule_without_its_column_or_its_table_is_not_counted(staged):
    absent = Expectation(NOT_NULL.expect, "serial_number")
    found = measure(staged, {"work": [absent, NOT_NULL], "elsewhere": [NOT_NULL]})
    assert found["work"].counts == {"001": Count(4, 1, 1)}
    assert (found["elsewhere"].rows, found["elsewhere"].columns, found["elsewhere"].counts) == (0, frozenset(), {})


def test_a_rule_that_spark_refuses_is_named_and_the_others_are_counted(staged):
    python_only = Expectation("expect_column_values_to_match_regex", "tag", {"regex": "(?P<area>P)-"})
    found = measure(staged, {"work": [NOT_NULL, python_only], "unit": [NOT_NULL]})
    assert found["work"].counts["000"] == Count(4, 1, 1)
    assert found["work"].counts["001"].error
    assert (found["work"].rows, found["unit"].counts) == (4, {"000": Count(2)})


def test_a_frame_that_cannot_be_read_is_no_verdict_on_its_rules(staged):
    unreadable = staged.withColumn("unit", F.when(F.raise_error(F.lit("the file is gone")).isNull(), F.col("unit")))
    with pytest.raises(Exception, match="the file is gone"):
        measure(unreadable, {"unit": [ROWS, NOT_NULL]})


def test_what_the_pass_does_not_count_runs_in_great_expectations(staged):
    """A mean is asked of the whole batch, by Great Expectations' own engine; counted rules keep their counts."""
    whole = [
        Expectation(expect, "hours", {"max_value": 8.0}, min_rows=1)
        for expect, kind in KINDS.items()
        if not kind.is_counted
    ]
    nothing = Expectation("expect_column_sum_to_be_between", "nothing", {"min_value": 0})
    absent = Expectation("expect_column_sum_to_be_between", "weight", {"min_value": 0})
    suites = {"work": [ROWS, *whole, nothing, absent]}
    rows = staged.withColumn("work", F.col("work").withField("nothing", F.lit(None).cast("double")))
    counted = measure(rows, suites)
    assert list(counted["work"].counts) == ["000"]
    verdict, results = validate(counted, suites, {"work": rows}, "firm_a|2026-01-31")
    assert {e.name: e.outcome for e in verdict.tables[0].expectations} == {
        "row_count": "passed",
        "hours mean": "failed",
        "hours median": "passed",
        "hours stdev": "failed",
        "hours sum": "failed",
        "hours unique_values": "passed",
        "hours unique_share": "passed",
        "nothing sum": "nothing_to_judge",
        "weight sum": "missing_column",
    }
    assert verdict.stops
    assert "work: critical: hours mean: 10.67, expected to 8" in verdict.sentences()
    assert results["work"][1].result["observed_value"] == pytest.approx(32 / 3)


def test_what_great_expectations_cannot_evaluate_is_named(staged):
    rows = staged.withColumn("work", F.col("work").withField("hours", F.lit("many")))
    mean = Expectation("expect_column_mean_to_be_between", "hours", {"max_value": 8.0})
    verdict, _ = validate(measure(rows, {"work": [mean]}), {"work": [mean]}, {"work": rows}, "firm_a|2026-01-31")
    assert verdict.tables[0].expectations[0].outcome == "expectation_raised"
    assert verdict.tables[0].expectations[0].detail
