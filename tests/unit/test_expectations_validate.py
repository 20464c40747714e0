"""Great Expectations' own judgement on our counts, and its Data Docs."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from expectations.rules import Count, TableCounts, compile_rules
from expectations.suites import Expectation, suite
from expectations.validate import build_docs, in_gx, judged_by_gx, validate
from expectations.verdict import Verdict
from jobs.tables import SILVER

LIMIT = Expectation("expect_column_values_to_be_between", "downtime_h", {"min_value": 0.0}, "warning")
DELIVERED = date(2024, 1, 31)


def check(folder: Path, source: str = "hanbit_chem", attempt: int = 1, **broken: Count) -> Verdict:
    """Validate a failure table of 100 good rows, with other counts for the expectations of some columns."""
    declared = suite("failure", delivery_date=DELIVERED)
    counts = {
        r.id: broken.get(f"{r.expectation.column}_{r.expectation.code}", Count(100)) for r in compile_rules(declared)
    }
    return validate(
        {"failure": TableCounts(100, frozenset(SILVER["failure"].names), counts)},
        {"failure": declared},
        source=source,
        delivery_date=str(DELIVERED),
        attempt=attempt,
        checked_at=datetime(2024, 2, 1, tzinfo=UTC) + timedelta(minutes=attempt),
        folder=folder,
    )


@pytest.mark.parametrize(("unexpected", "success"), [(0, True), (4, True), (5, False), (80, False)])
def test_gx_compares_the_share_of_the_rows_with_a_value(unexpected, success):
    """80 of 100 rows have a value; 4 of them are 5 %."""
    result = judged_by_gx(LIMIT, Count(rows=100, missing=20, unexpected=unexpected))
    assert result.success is success
    assert (result.result["element_count"], result.result["missing_count"]) == (100, 20)
    assert result.result["unexpected_percent_nonmissing"] == pytest.approx(100 * unexpected / 80)


def test_every_expectation_of_every_suite_is_one_of_gx_and_gets_all_it_asks_for():
    for table in SILVER:
        for expectation in suite(table, delivery_date=DELIVERED):
            assert in_gx(expectation).severity == expectation.severity
            assert judged_by_gx(expectation, Count(rows=100)).success


def test_an_expectation_without_counts_is_gx_failure_with_its_message():
    result = judged_by_gx(LIMIT, Count(error="it divides by zero"))
    assert not result.success
    assert result.exception_info["exception_message"] == "it divides by zero"


def test_the_docs_name_the_source_and_the_failed_expectation(tmp_path):
    assert check(tmp_path, downtime_h_between=Count(100, 10, 30)).sentences() == [
        "failure: warning: downtime_h between: 30 of 90 rows break it (66.7% good, at least 95% expected)"
    ]
    assert not check(tmp_path, source="daesung").sentences()
    index = build_docs(tmp_path)
    assert "hanbit_chem.failure" in index.read_text() and "daesung.failure" in index.read_text()
    pages = [p.read_text() for p in index.parent.glob("validations/hanbit_chem/failure/**/*.html")]
    assert len(pages) == 1
    assert "downtime_h" in pages[0] and "33.333" in pages[0] and "Failed" in pages[0]


def test_the_pages_ask_nobody_for_a_picture_with_our_id(tmp_path):
    check(tmp_path)
    index = build_docs(tmp_path)
    for page in index.parent.rglob("*.html"):
        assert "dataContextId" not in page.read_text()
        assert 'static/images/logo-long.png"' in page.read_text() or "logo" not in page.read_text()


def test_the_docs_keep_each_sources_newest_runs(tmp_path):
    for attempt in range(1, 5):
        check(tmp_path, attempt=attempt)
        build_docs(tmp_path, runs_kept=2)
    check(tmp_path, source="daesung")
    index = build_docs(tmp_path, runs_kept=2)
    runs = sorted(p.relative_to(index.parent).parts[3] for p in index.parent.glob("validations/**/*.html"))
    assert runs == ["2024-01-31-1", "2024-01-31-3", "2024-01-31-4"]


def test_a_table_that_was_not_measured_is_a_failure(tmp_path):
    declared = suite("failure", delivery_date=DELIVERED)
    verdict = validate(
        {}, {"failure": declared}, source="a_firm", delivery_date="2024-01-31", attempt=1,
        checked_at=datetime(2024, 2, 1, tzinfo=UTC), folder=tmp_path,
    )  # fmt: skip
    assert verdict.stops
    assert verdict.tables[0].failures == ("empty_batch", "fewer_evaluated_than_declared")
