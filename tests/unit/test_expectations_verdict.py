"""What stops a partition, what is only reported, and what is never green."""

import json

import pytest

from expectations.rules import Count, TableCounts
from expectations.suites import Expectation
from expectations.verdict import Verdict, judge_table

NOT_NULL = Expectation("expect_column_values_to_not_be_null", "failure_id")
LIMIT = Expectation("expect_column_values_to_be_between", "downtime_h", {"min_value": 0}, "warning")
ROWS = Expectation("expect_table_row_count_to_be_between", kwargs={"min_value": 1})
COLUMNS = frozenset({"failure_id", "downtime_h"})


def verdict(expectation: Expectation, count: Count | None, met: bool, columns: frozenset[str] = COLUMNS):
    counts = {"000": count} if count else {}
    rows = count.rows if count else 100
    return judge_table("failure", [expectation], TableCounts(rows, columns, counts), [met])


@pytest.mark.parametrize(
    ("expectation", "count", "met", "outcome", "stops"),
    [
        (NOT_NULL, Count(100, 0, 0), True, "passed", False),
        (NOT_NULL, Count(100, 6, 6), False, "failed", True),
        (LIMIT, Count(100, 0, 6), False, "failed", False),
        (NOT_NULL, Count(19, 9, 9), False, "too_few_rows", False),
        (NOT_NULL, Count(20, 9, 9), False, "failed", True),
        (NOT_NULL, Count(100, 100, 100), False, "failed", True),
        (LIMIT, Count(100, 100, 0), True, "nothing_to_judge", False),
        (LIMIT, Count(error="it divides by zero"), False, "expectation_raised", True),
        (LIMIT, None, True, "expectation_raised", True),
    ],
)
def test_outcome_of_one_expectation(expectation, count, met, outcome, stops):
    table = verdict(expectation, count, met)
    assert (table.expectations[0].outcome, table.expectations[0].stops) == (outcome, stops)


def test_a_missing_column_stops_whatever_the_severity():
    table = verdict(LIMIT, None, True, frozenset({"failure_id"}))
    assert table.expectations[0].outcome == "missing_column"
    assert table.failures == ("fewer_evaluated_than_declared",)
    assert table.stops


def test_results_cut_short_are_not_green():
    found = TableCounts(100, COLUMNS, {"000": Count(100), "001": Count(100)})
    table = judge_table("failure", [NOT_NULL, LIMIT], found, [True])
    assert table.failures == ("fewer_evaluated_than_declared",)
    assert table.stops
    assert table.statistics == {"declared": 2, "evaluated": 1, "passed": 1, "failed": 0, "not_judged": 0}


def test_a_suite_without_expectations_is_not_green():
    table = judge_table("failure", [], TableCounts(100, COLUMNS), [])
    assert table.failures == ("nothing_declared",)
    assert table.stops


def test_a_table_in_which_no_rule_had_anything_to_judge_is_not_green():
    table = verdict(LIMIT, Count(100, 100, 0), True)
    assert table.failures == ("nothing_judged",)
    assert table.stops and not table.passed
    both = TableCounts(100, COLUMNS, {"000": Count(100, 100, 0), "001": Count(100)})
    assert judge_table("failure", [LIMIT, ROWS], both, [True, True]).passed


def test_an_empty_table_stops_by_its_row_count_and_an_empty_delivery_always():
    warned = Expectation(ROWS.expect, kwargs=ROWS.kwargs, severity="warning")
    empty, filled = TableCounts(0, COLUMNS, {"000": Count()}), TableCounts(9, COLUMNS, {"000": Count(9)})
    none = judge_table("failure", [warned], empty, [False])
    some = judge_table("equipment", [ROWS], filled, [True])
    assert none.failures == ("empty_batch",)
    assert judge_table("failure", [ROWS], empty, [False]).stops
    assert not Verdict("firm 2024-01-31-1", (some, none)).stops
    assert not Verdict("firm 2024-01-31-1", (some, none)).passed
    assert Verdict("firm 2024-01-31-1", (none,)).stops
    assert Verdict("firm 2024-01-31-1", ()).stops


def test_one_table_stops_all_and_says_why():
    good = judge_table("equipment", [ROWS], TableCounts(9, COLUMNS, {"000": Count(9)}), [True])
    bad = verdict(NOT_NULL, Count(100, 6, 6), False)
    whole = Verdict("firm 2024-01-31-1", (good, bad))
    assert whole.stops
    assert whole.sentences(stopping=True) == [
        "failure: critical: failure_id not_null: 6 of 100 rows break it (94.0% good, at least 95% expected)"
    ]


def test_the_verdict_is_plain_json():
    plain = json.loads(json.dumps(Verdict("firm 2024-01-31-1", (verdict(LIMIT, Count(100, 20, 8), False),)).to_dict()))
    line = plain["tables"][0]["expectations"][0]
    assert (line["evaluated"], line["unexpected"], line["share_good"]) == (80, 8, 0.9)
    assert plain["passed"] is False and plain["stops"] is False
