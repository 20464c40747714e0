"""Every expectation's one-pass counts are those of stock Great Expectations on Spark, and so is its success."""

import os
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from expectations.rules import Count, compile_rules, measure
from expectations.suites import KINDS, Expectation
from expectations.validate import in_gx, judged_by_gx
from expectations.verdict import evaluated

SCHEMA = "text string, number double, n int, day date, later date, quantity string"
TEXTS = st.sampled_from(["", "a", "A", "펌프", "펌프 ", "e\u0301", "\u00e9", "🛠", "NULL", "a\nb", "0012"])
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e300, float("nan"), float("inf"), float("-inf"), 0.1])
DAYS = st.dates(date(1949, 12, 30), date(1950, 1, 3))
ROWS = st.lists(
    st.tuples(
        *(st.none() | values for values in (TEXTS, NUMBERS, st.integers(-2, 2), DAYS, DAYS)),
        st.none() | st.sampled_from(["temperature_c", "vibration_mm_s"]),
    ),
    max_size=30,
)


@st.composite
def suites(draw: st.DrawFn) -> list[Expectation]:
    """One expectation of every kind, some of them twice, with arguments drawn."""
    low, high = sorted((draw(st.integers(-2, 2)), draw(st.integers(-2, 2))))
    first, last = sorted((draw(DAYS), draw(DAYS)))
    strict = {"strict_min": draw(st.booleans()), "strict_max": draw(st.booleans())}
    lengths = {"min_value": draw(st.integers(0, 2)), "max_value": draw(st.integers(2, 4))}
    members = draw(st.lists(TEXTS, min_size=1, max_size=4))
    pattern = draw(st.sampled_from(["a", "^a$", "[가-힣]+", "^$", r"\d{4}", " $"]))
    both = {"column_B": "day", "or_equal": True, "ignore_row_if": "both_values_are_missing"}
    either = {"column_B": "day", "ignore_row_if": "either_value_is_missing"}
    every, some = "all_values_are_missing", "any_value_is_missing"
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("column_values_to_not_be_null", "text", {}),
        ("column_values_to_not_be_null", "number", {}),
        ("column_values_to_be_null", "number", {}),
        ("column_values_to_be_in_set", "text", {"value_set": members}),
        ("column_values_to_not_be_in_set", "text", {"value_set": members}),
        ("column_values_to_be_between", "number", {"min_value": low}),
        ("column_values_to_be_between", "number", {"max_value": high} | strict),
        ("column_values_to_be_between", "n", {"min_value": low, "max_value": high} | strict),
        ("column_values_to_be_between", "day", {"min_value": first, "max_value": last}),
        ("column_value_lengths_to_be_between", "text", lengths),
        ("column_values_to_match_regex", "text", {"regex": pattern}),
        ("column_values_to_not_match_regex", "text", {"regex": pattern}),
        ("column_pair_values_a_to_be_greater_than_b", "later", both),
        ("column_pair_values_a_to_be_greater_than_b", "later", either),
        ("column_values_to_be_unique", "text", {}),
        ("column_values_to_be_unique", "n", {}),
        ("compound_columns_to_be_unique", "", {"column_list": ["n", "day"], "ignore_row_if": every}),
        ("compound_columns_to_be_unique", "", {"column_list": ["n", "day"], "ignore_row_if": some}),
        ("table_row_count_to_be_between", "", {"min_value": 1}),
    ]
    general = [Expectation(f"expect_{expect}", column, kwargs) for expect, column, kwargs in asked]
    where = ("quantity", "temperature_c")
    return [*general, Expectation("expect_column_values_to_be_between", "n", {"min_value": low}, where=where)]


def stock_counts(frame: DataFrame, suite: list[Expectation]) -> list[Count]:
    """What stock Great Expectations counts with its own Spark engine."""
    from great_expectations.execution_engine import SparkDFExecutionEngine
    from great_expectations.validator.metrics_calculator import MetricsCalculator

    engine = SparkDFExecutionEngine(spark=frame.sparkSession)
    engine.load_batch_data("batch", frame)
    basic = {"result_format": {"result_format": "BASIC"}}
    asked = [in_gx(e).get_validation_dependencies(engine, basic).metric_configurations for e in suite]
    counted = [{k: v for k, v in metrics.items() if not k.endswith("unexpected_values")} for metrics in asked]
    values, aborted = MetricsCalculator(engine).compute_metrics([m for metrics in counted for m in metrics.values()])
    assert not aborted
    found = []
    for metrics in counted:
        of = {name: values[metric.id] or 0 for name, metric in metrics.items()}
        rows = of["table.row_count"]
        nonnull = "column_values.nonnull.unexpected_count"
        judged = next((n for name, n in of.items() if name.endswith("filtered_row_count")), rows)
        broken = [n for name, n in of.items() if name.endswith(".unexpected_count") and name != nonnull]
        missing = of.get(nonnull, rows - judged)
        found.append(Count(rows, missing, broken[0] if broken else missing))
    return found


@settings(max_examples=1, derandomize=True)
@given(suite=suites())
def test_the_law_covers_every_kind(suite):
    assert {e.expect for e in suite} == set(KINDS)


@settings(
    max_examples=int(os.environ.get("YEJI_LAW_EXAMPLES", "6")),
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=ROWS, suite=suites())
def test_counts_and_success_equal_stock_gx(spark, rows, suite):
    frame = spark.createDataFrame(rows, SCHEMA).coalesce(1)
    staged = frame.select(F.struct("*").alias("rows"))
    ours = measure(staged, {"rows": suite})["rows"].counts
    for rule, stock in zip(compile_rules(suite), stock_counts(frame, suite), strict=True):
        mine = ours[rule.id]
        assert _comparable(rule.expectation, mine) == _comparable(rule.expectation, stock), rule.expectation
        assert judged_by_gx(rule.expectation, mine).success == judged_by_gx(rule.expectation, stock).success


def _comparable(expectation: Expectation, count: Count) -> tuple[int, int, int]:
    return count.rows, evaluated(expectation, count), count.unexpected
