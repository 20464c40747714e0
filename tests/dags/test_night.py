"""A night through Airflow's in-process executor; the steps are stood in for, the Dag runs are real."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dags.common import night
from jobs.errors import DataError, UsageError
from jobs.ledger import Ledger
from jobs.pipeline import work_of_night
from jobs.settings import Settings, settings

Call = tuple[str, str, str | None, int | None]


@pytest.fixture
def calls(sources: Path, monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """What the Dags asked of `jobs`: step, source or population, delivery date, attempt."""
    made: list[Call] = []

    def run_step(
        step: str, *, source: str | None, population: str | None, delivery_date: str | None, attempt: int | None
    ) -> dict[str, Any]:
        subject = source or population or ""
        made.append((step, subject, delivery_date, attempt))
        if step == "check":
            with Ledger(settings().ledger_url).step(step, subject, delivery_date or "", 7) as entry:
                entry.facts["docs"] = f"gx/data_docs/sources/{subject}.html#{delivery_date}-7"
        if (step, subject, delivery_date) == ("check", "east", "2024-01-31"):
            raise DataError("29 % of equipment_tag are null, and 5 % may be")
        if step == "gate":
            raise OSError("disk full")
        return {"rows_in": 12, "attempt": attempt or 7}

    monkeypatch.setattr("jobs.steps.run_step", run_step)
    monkeypatch.setattr(night, "_warm_spark", lambda: None)
    return made


@pytest.fixture
def told(calls: list[Call], capfd: pytest.CaptureFixture[str]) -> Iterator[str]:
    """What a person read while the night ran."""
    night.run(settings(), work_of_night(settings()))
    yield capfd.readouterr().out


def of(calls: list[Call], subject: str, key: str | None) -> list[Call]:
    return [call for call in calls if call[1:3] == (subject, key)]


def test_each_delivery_runs_by_its_key_and_with_one_attempt(told: str, calls: list[Call]) -> None:
    assert of(calls, "west", "2024-01-31") == [
        ("land", "west", "2024-01-31", None),
        ("conform", "west", "2024-01-31", 7),
        ("check", "west", "2024-01-31", 7),
        ("publish", "west", "2024-01-31", 7),
    ]


def test_a_refused_batch_is_not_published_and_stops_no_other(told: str, calls: list[Call]) -> None:
    assert [step for step, *_ in of(calls, "east", "2024-01-31")] == ["land", "conform", "check"]
    assert [step for step, *_ in of(calls, "east", "2024-02-29")] == ["land", "conform", "check", "publish"]
    assert "ingest_east 2024-01-31" in told
    assert "check: 29 % of equipment_tag are null" in told


def test_populations_are_trained_after_all_ingests_and_nothing_is_registered_past_the_gate(
    told: str, calls: list[Call]
) -> None:
    assert [step for step, *_ in calls[-5:]] == ["lives", "landmarks", "code_life", "fit", "gate"]
    assert "gate: disk full" in told


def test_what_came_of_each_run(calls: list[Call]) -> None:
    outcomes = {(o.subject, o.key): o for o in night.run(settings(), work_of_night(settings()))}
    assert {subject: outcome.status for subject, outcome in outcomes.items()} == {
        ("typo", ""): "refused",
        ("north", ""): "refused",
        ("east", "2024-01-31"): "refused",
        ("east", "2024-02-29"): "done",
        ("west", "2024-01-31"): "done",
        ("small_firms", ""): "failed",
    }
    assert "typo.yaml:13" in outcomes["typo", ""].error
    assert "north: nothing was delivered" in outcomes["north", ""].error
    assert outcomes["west", "2024-01-31"].steps["publish"]["rows_in"] == 12


def test_airflow_keeps_the_keys_the_counts_and_the_events(told: str) -> None:
    from airflow.models.asset import AssetEvent
    from airflow.models.dagrun import DagRun
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        last = select(DagRun).where(DagRun.dag_id == "ingest_east").order_by(DagRun.id.desc()).limit(2)
        good, refused = session.scalars(last)
        assert (refused.partition_key, refused.state) == ("2024-01-31", "failed")
        assert (good.partition_key, good.state) == ("2024-02-29", "success")
        assert str(good.partition_date.date()) == "2024-02-28"  # midnight in Seoul, told in UTC
        xcoms = session.scalars(
            select(XComModel).where(
                XComModel.run_id == good.run_id, XComModel.dag_id == "ingest_east", XComModel.key == "return_value"
            )
        )
        assert {XComModel.deserialize_value(x)["rows_in"] for x in xcoms} == {12}
        events = session.scalars(select(AssetEvent).where(AssetEvent.source_run_id == good.run_id)).all()
        assert [(e.source_task_id, e.partition_key) for e in events if e.source_dag_id == "ingest_east"] == [
            ("publish", "2024-02-29")
        ]


def test_each_check_leads_to_its_own_data_docs_even_if_it_refused(told: str) -> None:
    from airflow.models.dagrun import DagRun
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        runs = session.scalars(
            select(DagRun).where(DagRun.dag_id == "ingest_east").order_by(DagRun.id.desc()).limit(2)
        ).all()
        found = {
            run.partition_key: [
                XComModel.deserialize_value(row)
                for row in session.scalars(
                    XComModel.get_many(run_id=run.run_id, dag_ids="ingest_east", key="data_docs")
                )
            ]
            for run in runs
        }
    assert found == {key: [f"/yeji/docs/sources/east.html#{key}-7"] for key in ("2024-01-31", "2024-02-29")}


def test_a_night_that_was_killed_leaves_no_run_for_a_scheduler(told: str) -> None:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        session.scalars(select(DagRun).limit(1)).one().state = "running"
    night._end_what_was_left()
    with create_session() as session:
        assert not session.scalars(select(DagRun).where(DagRun.state == "running")).all()


def test_beside_a_scheduler_no_night_runs(told: str) -> None:
    from airflow.jobs.job import Job
    from airflow.sdk.timezone import utcnow
    from airflow.utils.session import create_session

    with create_session() as session:
        scheduler = Job(job_type="SchedulerJob", state="running", latest_heartbeat=utcnow())
        session.add(scheduler)
    try:
        with pytest.raises(UsageError, match="a scheduler runs"):
            night._refuse_beside_scheduler()
    finally:
        with create_session() as session:
            session.delete(scheduler)


def test_without_contracts_or_inbox_one_line_says_so(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    with pytest.raises(UsageError, match="no contract"):
        work_of_night(Settings(home=tmp_path, sources=tmp_path / "sources", inbox=tmp_path / "inbox"))


def test_the_bar_names_what_runs() -> None:
    from rich.console import Console

    from dags.common.progress import Night

    terminal = Console(file=io.StringIO(), force_terminal=True, width=120)
    shown = Night(terminal, 2)
    with shown.shown(), shown.run("ingest_east 2024-01-31") as run:
        shown.running(run, "conform")
        run.done("conform", 1.25, {"rows_in": 1204, "attempt": 3})
    printed = terminal.file.getvalue()  # type: ignore[attr-defined]
    assert "ingest_east 2024-01-31" in printed
    assert "rows_in 1,204" in printed
    assert "attempt" not in printed
