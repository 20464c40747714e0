"""Great Expectations' own judgement on our counts, and its Data Docs."""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from expectations import docs
from expectations.rules import Count, TableCounts, compile_rules
from expectations.suites import Expectation, suite
from expectations.validate import in_gx, judged_by_gx, validate, write_docs
from expectations.verdict import Verdict
from jobs.tables import SILVER

LIMIT = Expectation("expect_column_values_to_be_between", "downtime_h", {"min_value": 0.0}, "warning")
DELIVERED = date(2024, 1, 31)


def check(
    folder: Path, source: str = "hanbit_chem", day: date = DELIVERED, attempt: int = 1, minute: int = 0, **broken: Count
) -> Verdict:
    """Validate a failure table of 100 good rows, with other counts for the expectations of some columns."""
    suites = {"failure": suite("failure", delivery_date=DELIVERED)}
    counts = {
        r.id: broken.get(f"{r.expectation.column}_{r.expectation.code}", Count(100))
        for r in compile_rules(suites["failure"])
    }
    measured = {"failure": TableCounts(100, frozenset(SILVER["failure"].names), counts)}
    verdict, results = validate(measured, suites, {}, f"{source}|{day}")
    place = write_docs(
        folder, suites, verdict, results, source=source, delivery_date=str(day), attempt=attempt,
        checked_at=datetime(2024, 2, 1, 2, minute, tzinfo=UTC),
        unusual=["failure: 100 rows, the delivery of 2023-12-31 had 30"],
    )  # fmt: skip
    assert place == f"sources/{source}.html#{day}-{attempt}"
    return verdict


def pages(folder: Path, source: str = "hanbit_chem") -> list[Path]:
    return sorted((folder / "data_docs" / "validations" / source).rglob("*.html"))


def run_names(folder: Path, source: str = "hanbit_chem") -> list[str]:
    """The runs that are listed, once it is seen that these and no others have a page and a result."""
    names = [run.name for run in docs.runs(folder, source)]
    results = sorted((folder / "uncommitted" / "validations" / source).rglob("*.json"))
    assert {page.parts[-3] for page in pages(folder, source)} == {result.parts[-3] for result in results} == set(names)
    listed = (folder / "data_docs" / "sources" / f"{source}.html").read_text()
    assert all(f'id="{name}"' in listed for name in names) and listed.count("<section") == len(names)
    return names


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


def test_the_docs_lead_from_the_sources_to_the_failed_expectation(tmp_path):
    assert check(tmp_path, downtime_h_between=Count(100, 10, 30)).sentences() == [
        "failure: warning: downtime_h between: 30 of 90 rows break it (66.7% good, at least 95% expected)"
    ]
    assert not check(tmp_path, source="daesung").sentences()
    site = tmp_path / "data_docs"
    index = (site / "index.html").read_text()
    assert 'href="sources/hanbit_chem.html"' in index and 'href="sources/daesung.html"' in index
    source = (site / "sources" / "hanbit_chem.html").read_text()
    assert "passed, with warnings" in source and "checked 2024-02-01 02:00 UTC" in source
    assert "30 of 90 rows break it" in source and "the delivery of 2023-12-31 had 30" in source
    (page,) = pages(tmp_path)
    assert f'href="../{page.relative_to(site)}"' in source
    assert "downtime_h" in page.read_text() and "33.333" in page.read_text() and "Failed" in page.read_text()


def test_the_pages_ask_nobody_for_a_picture_with_our_id(tmp_path):
    check(tmp_path)
    written = list((tmp_path / "data_docs").rglob("*.html"))
    assert len(written) == 4, "all sources, one source, a suite, a result"
    for page in written:
        assert "dataContextId" not in page.read_text()
        assert 'static/images/logo-long.png"' in page.read_text() or "logo" not in page.read_text()


def test_the_docs_keep_each_sources_last_runs_by_date_and_attempt(tmp_path, monkeypatch):
    monkeypatch.setattr(docs, "RUNS_KEPT", 3)
    january, february = DELIVERED, date(2024, 2, 29)
    check(tmp_path, source="daesung", day=date(2023, 1, 31))
    for minute, attempt in enumerate([9, 10, 2, 1], start=1):
        check(tmp_path, day=february, attempt=attempt, minute=minute)
    assert run_names(tmp_path) == ["2024-02-29-1", "2024-02-29-9", "2024-02-29-10"], "the run at hand stays"
    check(tmp_path, day=january, minute=9)
    assert run_names(tmp_path) == ["2024-01-31-1", "2024-02-29-9", "2024-02-29-10"]
    check(tmp_path, day=february, attempt=11)
    assert run_names(tmp_path) == ["2024-02-29-9", "2024-02-29-10", "2024-02-29-11"], "checked last is not last"
    assert run_names(tmp_path, "daesung") == ["2023-01-31-1"], "no source makes room for another"


def test_a_check_that_is_repeated_takes_its_own_place(tmp_path):
    check(tmp_path, downtime_h_between=Count(100, 10, 30))
    check(tmp_path, minute=5)
    assert run_names(tmp_path) == ["2024-01-31-1"]
    (page,) = pages(tmp_path)
    assert "Succeeded" in page.read_text()


def enter(folder: Path, attempts: list[int]) -> None:
    for attempt in attempts:
        with docs.alone(folder):
            docs.enter(folder, "hanbit_chem", docs.Run("2024-01-31", attempt, "2024-02-01 02:00", False))


def test_two_processes_lose_no_run(tmp_path):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(partial(enter, tmp_path), [list(range(1, 15)), list(range(15, 29))]))
    assert [run.attempt for run in docs.runs(tmp_path, "hanbit_chem")] == list(range(1, 29))
    assert not list((tmp_path / "data_docs").rglob("tmp*")), "nothing half-written is left"


def test_a_table_that_was_not_measured_is_a_failure():
    verdict, _ = validate({}, {"failure": suite("failure", delivery_date=DELIVERED)}, {}, "a_firm|2024-01-31")
    assert verdict.stops
    assert verdict.tables[0].failures == ("empty_batch", "fewer_evaluated_than_declared")


def test_what_stops_a_partition_as_a_whole_is_part_of_its_verdict():
    suites = {"failure": suite("failure", delivery_date=DELIVERED)}
    counts = {rule.id: Count(100) for rule in compile_rules(suites["failure"])}
    measured = {"failure": TableCounts(100, frozenset(SILVER["failure"].names), counts)}
    assert not validate(measured, suites, {}, "a_firm|2024-01-31")[0].stops
    verdict, _ = validate(measured, suites, {}, "a_firm|2024-01-31", ["cells that cannot be read"])
    assert verdict.stops and not verdict.passed
    assert verdict.sentences(stopping=True) == ["cells that cannot be read"]


def test_the_page_of_a_table_without_rows_is_not_green(tmp_path):
    """Great Expectations succeeds where there was nothing to judge."""
    limit = Expectation("expect_column_values_to_be_between", "downtime_h", {"min_value": 0})
    measured = {"failure": TableCounts(0, frozenset({"downtime_h"}), {"000": Count()})}
    verdict, results = validate(measured, {"failure": [limit]}, {}, "a_firm|2024-01-31")
    assert results["failure"][0].success
    write_docs(
        tmp_path, {"failure": [limit]}, verdict, results, source="hanbit_chem", delivery_date="2024-01-31", attempt=1,
        checked_at=datetime(2024, 2, 1, tzinfo=UTC),
    )  # fmt: skip
    (page,) = pages(tmp_path)
    assert "Failed" in page.read_text()
    assert "empty_batch" in (tmp_path / "data_docs" / "sources" / "hanbit_chem.html").read_text()
