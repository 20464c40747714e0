"""Every expectation's one-pass counts are those of stock Great Expectations on Spark, and so is its success."""

import os
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from expectations.rules import Count, compile_rules, measure
from expectations.suites import KINDS, Expectation
from expectations.suites.expectation import ANY
from expectations.validate import in_gx, judged_by_gx
from expectations.verdict import evaluated

TEXTS = st.sampled_from(["", "a", "A", "펌프", "펌프 ", "e\u0301", "\u00e9", "🛠", "NULL", "a\nb", "0012"])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXTS,
    "int": st.integers(-2, 2),
    "bigint": st.sampled_from([-(2**40), -1, 0, 1, 2**40]),
    "double": st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e300, float("nan"), float("inf"), float("-inf"), 0.1]),
    "date": st.dates(date(1949, 12, 30), date(1950, 1, 3)),
    "timestamp": st.datetimes(datetime(1949, 12, 31, 23), datetime(1950, 1, 1, 1)).map(lambda at: at.replace(second=0)),
    "boolean": st.booleans(),
}
"""Values of every type that a column can have."""

PLAIN = VALUES | {"double": st.sampled_from([-1.0, 0.0, 0.1, 1.0])}
"""What a limit or a member of a set can be."""

COUNTED = {expect: kind for expect, kind in KINDS.items() if kind.is_counted}
"""What our one pass answers; the rest is stock Great Expectations anyway (`tests/spark/test_expectations_rules.py`)."""

COLUMNS = [f"{name}_{side}" for name in VALUES for side in "ab"]
SCHEMA = ", ".join(f"{column} {column[:-2]}" for column in COLUMNS) + ", quantity string"
ROW = st.tuples(
    *(st.none() | VALUES[column[:-2]] for column in COLUMNS),
    st.none() | st.sampled_from(["temperature_c", "vibration_mm_s"]),
)
ROWS = st.lists(ROW, max_size=30)

NULLS = (None,) * (len(COLUMNS) + 1)
NASTY = (
    "펌프", "e\u0301", 1, 1, 2**40, 1, float("nan"), -0.0, date(1950, 1, 1), date(1949, 12, 31),
    datetime(1950, 1, 1), datetime(1949, 12, 31, 23, 59), True, False, "temperature_c",
)  # fmt: skip
TWINS = [NASTY, NASTY, NULLS, NASTY, NULLS]

BOUNDS = [("min_value",), ("max_value",), ("min_value", "max_value")]
STRICT = ("strict_min", "strict_max")


def arguments(draw: st.DrawFn, code: str, name: str) -> dict[str, Any]:
    """What an expectation takes beside its column, for a column of a type. KeyError for one that nobody has added."""

    def members() -> dict[str, Any]:
        return {"value_set": draw(st.lists(PLAIN[name], min_size=1, max_size=4))}

    def between() -> dict[str, Any]:
        low, high = sorted((draw(PLAIN[name]), draw(PLAIN[name])))
        given = draw(st.sampled_from(BOUNDS))
        return {k: v for k, v in {"min_value": low, "max_value": high}.items() if k in given} | {
            strict: draw(st.booleans()) for strict in STRICT
        }

    def regex() -> dict[str, Any]:
        return {"regex": draw(st.sampled_from(["a", "^a$", "[가-힣]+", "^$", r"\d{4}", " $"]))}

    def pair() -> dict[str, Any]:
        missing = st.sampled_from(["both_values_are_missing", "either_value_is_missing"])
        return {"column_B": f"{name}_b", "ignore_row_if": draw(missing)} | draw(
            st.sampled_from([{}, {"or_equal": True}])
        )

    def together() -> dict[str, Any]:
        columns = st.lists(
            st.sampled_from([c for c in COLUMNS if "double" not in c]), min_size=2, max_size=3, unique=True
        )
        missing = st.sampled_from(["all_values_are_missing", "any_value_is_missing"])
        return {"column_list": draw(columns), "ignore_row_if": draw(missing)}

    return {
        "not_null": dict,
        "null": dict,
        "in_set": members,
        "not_in_set": members,
        "between": between,
        "length_between": lambda: {"min_value": draw(st.integers(0, 2)), "max_value": draw(st.integers(2, 4))},
        "match_regex": regex,
        "not_match_regex": regex,
        "a_greater_than_b": pair,
        "unique": dict,
        "unique_together": together,
        "row_count": lambda: {"min_value": 1},
    }[code]()


@st.composite
def suites(draw: st.DrawFn) -> list[Expectation]:
    """Every expectation that can be declared, once for every type of column it is meant for, with arguments drawn."""
    general = [
        Expectation(expect, f"{name}_a" if name else "", arguments(draw, kind.code, name))
        for expect, kind in COUNTED.items()
        for name in kind.types or ("",)
    ]
    limit, where = {"min_value": draw(st.integers(-2, 2))}, ("quantity", "temperature_c")
    return [*general, Expectation("expect_column_values_to_be_between", "int_a", limit, where=where)]


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
def test_the_law_covers_every_expectation_for_every_type_of_column(suite):
    """One that is added to `KINDS` is in the law, or fails it, without a line here."""
    meant = {(expect, name) for expect, kind in COUNTED.items() for name in kind.types or ("",)}
    assert {(e.expect, e.column.removesuffix("_a")) for e in suite} == meant
    assert set(ANY) == set(VALUES)


LAW = settings(
    max_examples=int(os.environ.get("YEJI_LAW_EXAMPLES", "4")),
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@LAW
@given(rows=ROWS, suite=suites())
def test_counts_and_success_equal_stock_gx(spark, rows, suite):
    hold_equal(spark, rows, suite)


@pytest.mark.parametrize("rows", [[], TWINS], ids=["no rows", "nulls, NaN, twins and Unicode"])
@settings(LAW, max_examples=1)
@given(suite=suites())
def test_they_are_equal_on_the_hardest_frames_too(spark, rows, suite):
    hold_equal(spark, rows, suite)


def hold_equal(spark: SparkSession, rows: list[tuple[Any, ...]], suite: list[Expectation]) -> None:
    frame = spark.createDataFrame(rows, SCHEMA).coalesce(1)
    staged = frame.select(F.struct("*").alias("rows"))
    ours = measure(staged, {"rows": suite})["rows"].counts
    for rule, stock in zip(compile_rules(suite), stock_counts(frame, suite), strict=True):
        mine = ours[rule.id]
        assert _comparable(rule.expectation, mine) == _comparable(rule.expectation, stock), rule.expectation
        assert judged_by_gx(rule.expectation, mine).success == judged_by_gx(rule.expectation, stock).success


def _comparable(expectation: Expectation, count: Count) -> tuple[int, int, int]:
    return count.rows, evaluated(expectation, count), count.unexpected
