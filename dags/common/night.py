"""A whole night in one process: `python -m dags.common.night`.

Every delivery of every source through its `ingest_<source>`, then every `train_<population>`, as real Dag runs with
their partition keys in Airflow's own database. Airflow's in-process executor runs the tasks (the one behind
`dag.test()`, which itself cannot set a partition key), so that one warm Spark session serves them all. A scheduler
does the same work with a process per task and one Spark Connect server (`python -m jobs.connect`).

A failed run never stops the others. Exit code: 0; 1 if a run failed; 2 if there is nothing to run.
"""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import psutil
from rich.console import Console

from dags.common.airflow_home import DAGS, environment
from dags.common.progress import Night, Run
from jobs.errors import UsageError, YejiError
from jobs.pipeline import Outcome, Work, alone, work_of_night
from jobs.settings import Settings, settings

if TYPE_CHECKING:
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk import DAG

BUNDLE = "dags-folder"
RUN_ID = "night__"


def main() -> int:
    """Run the night, then show what came of it."""
    from jobs.summary import show

    chosen = settings()
    try:
        with alone(chosen):
            outcomes = run(chosen, work_of_night(chosen))
    except YejiError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return show(chosen, outcomes)


def run(settings: Settings, planned: list[Work]) -> list[Outcome]:
    """Run what is planned; what came of each."""
    os.environ |= environment(settings.home)
    logs = settings.home.absolute() / "airflow" / "logs"
    started = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    with _quiet(logs / f"{RUN_ID}{started}.log") as console:
        night = Night(console, len(planned))
        with night.shown():
            Thread(target=_warm_spark, daemon=True).start()  # 7 s of Java beside 5 s of Airflow
            dags = _open_airflow()
            outcomes = []
            for work in planned:
                if _java_has_died():
                    work = replace(
                        work, problem="not begun: Spark's Java process has died (out of memory?); run it again"
                    )
                outcomes.append(_drive(dags, work, f"{RUN_ID}{started}", night, logs))
    logging.disable(logging.INFO)  # Airflow has every logger speak, and Java's farewell is no news to a person
    return outcomes


def _java_has_died() -> bool:
    from jobs.session import has_died

    return has_died()


def _warm_spark() -> None:
    from jobs.session import session

    session()


def _open_airflow() -> "dict[str, DAG]":
    """Airflow's database, up to date and knowing the Dags of this checkout."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db

    _migrate()
    _refuse_beside_scheduler()
    _end_what_was_left()
    DagBundlesManager().sync_bundles_to_db()
    bag = BundleDagBag(dag_folder=DAGS, bundle_path=DAGS, bundle_name=BUNDLE)
    if bag.import_errors:
        raise YejiError("\n".join(f"{path}: {error}" for path, error in bag.import_errors.items()))
    sync_bag_to_db(bag, BUNDLE, None)
    return bag.dags


def _migrate() -> None:
    """Make or upgrade the database, unless this version of Airflow did so before: asking it costs 2 s."""
    import airflow

    stamp = Path(os.environ["AIRFLOW_HOME"]) / "migrated"
    if stamp.exists() and stamp.read_text() == airflow.__version__ and stamp.with_name("airflow.db").exists():
        return
    from airflow.utils.db import initdb

    initdb()
    stamp.write_text(airflow.__version__)


def _refuse_beside_scheduler() -> None:
    """A scheduler on the same database would run the night's tasks a second time."""
    from airflow.jobs.job import most_recent_job

    job = most_recent_job("SchedulerJob")
    if job is not None and job.is_alive():
        raise UsageError(
            f"a scheduler runs on this YEJI_HOME ({job.hostname}): trigger the Dags there, or stop it first"
        )


def _end_what_was_left() -> None:
    """Runs of a night that was killed: they failed, and no scheduler is to go on with them."""
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState, TaskInstanceState
    from sqlalchemy import update

    with create_session() as session:
        for model, unfinished, failed in (
            (DagRun, DagRunState.RUNNING, DagRunState.FAILED),
            (TaskInstance, TaskInstanceState.RUNNING, TaskInstanceState.FAILED),
        ):
            session.execute(
                update(model).where(model.run_id.startswith(RUN_ID), model.state == unfinished).values(state=failed)
            )


def _drive(dags: "dict[str, DAG]", work: Work, run_id: str, night: Night, logs: Path) -> Outcome:
    """One Dag run from start to end; a failure becomes an Outcome and stops no other run."""
    started, dag_id = monotonic(), f"{work.kind}_{work.subject}"
    with night.run(f"{dag_id} {work.key}".rstrip()) as shown:
        if work.problem:
            shown.stopped("failed" if _java_has_died() else "refused", work.problem)
        else:
            _drive_run(dags[dag_id], work.key or None, f"{run_id}__{work.key or 'once'}", night, shown, logs)
    return Outcome(work.subject, work.key, shown.status, monotonic() - started, shown.steps, error=shown.problem)


def _drive_run(dag: "DAG", key: str | None, run_id: str, night: Night, shown: Run, logs: Path) -> None:
    """Make the Dag run and run its tasks as they become ready: the loop of `dag.test()`, with a partition key."""
    from airflow.api.common.trigger_dag import trigger_dag
    from airflow.models.dagbag import DBDagBag
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType

    with create_session() as session:
        run = trigger_dag(
            dag.dag_id,
            run_id=run_id,
            partition_key=key,
            triggered_by=DagRunTriggeredByType.CLI,
            triggering_user_name="night",
            session=session,
        )
        run.dag = DBDagBag().get_latest_version_of_dag(dag.dag_id, session=session)
        run.state = DagRunState.RUNNING
        for ti in run.get_task_instances(session=session):
            ti.max_tries = 0  # a person is waiting: no minutes of back-off
        session.commit()
        while run.state == DagRunState.RUNNING:
            session.expire_all()
            ready, _ = run.update_state(session=session)
            session.commit()
            for ti in ready:
                _run_task(dag, ti, night, shown, logs)


def _run_task(dag: "DAG", ti: "TaskInstance", night: Night, shown: Run, logs: Path) -> None:
    """Run one task in this process; its output goes where Airflow's pages look for a task's log."""
    from airflow.sdk.definitions.dag import _run_task as run_in_process
    from airflow.sdk.exceptions import AirflowFailException

    night.running(shown, ti.task_id)
    ti.try_number += 1
    log = (
        logs / f"dag_id={ti.dag_id}" / f"run_id={ti.run_id}" / f"task_id={ti.task_id}" / f"attempt={ti.try_number}.log"
    )
    started = monotonic()
    with _output_to(log):
        result = run_in_process(ti=ti, task=dag.task_dict[ti.task_id])
    if ti.state == "success":
        shown.done(ti.task_id, monotonic() - started, _returned(ti))
        return
    error = result.error if result else None
    reason = _reason(error)
    if ti.state == "skipped":
        shown.stopped("skipped", reason)
    elif isinstance(error, AirflowFailException):
        shown.stopped("refused", f"{ti.task_id}: {reason}")
    else:
        shown.stopped("failed", f"{ti.task_id}: {reason.splitlines()[0]} (log: {log})")


def _reason(error: BaseException | None) -> str:
    """What the error says; one that Java threw can say nothing once Java is gone."""
    try:
        return str(error).strip() or type(error).__name__
    except OSError:
        return "Spark's Java process has died (out of memory?); give it less to do at once and run again"


def _returned(ti: "TaskInstance") -> dict[str, Any]:
    """What the task left in XCom: its counts."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        query = XComModel.get_many(run_id=ti.run_id, dag_ids=ti.dag_id, task_ids=ti.task_id, key="return_value")
        row = session.scalars(query).first()
        return XComModel.deserialize_value(row) if row else {}


@contextmanager
def _quiet(log: Path) -> Iterator[Console]:
    """Leave the terminal to one console; all else that is written, by Java too, goes to the log."""
    with os.fdopen(os.dup(1), "w") as terminal, _output_to(log):
        yield Console(file=terminal)


@contextmanager
def _output_to(path: Path) -> Iterator[None]:
    """Standard output and error of this process, and of what it starts, appended to a file for a while."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = os.dup(1), os.dup(2)
    with path.open("a") as file:
        _point(file.fileno(), file.fileno())
        try:
            yield
        finally:
            _point(*before)
            os.close(before[0])
            os.close(before[1])


def _point(out: int, err: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(out, 1)
    os.dup2(err, 2)


def _stop_when_told() -> None:
    """End at once at Ctrl-C and SIGTERM, Java too; what was half-done rolls forward when it is run again.

    A thread waits for them, for Airflow and Spark put handlers of their own, and Airflow takes whatever a task raises for
    the task's own failure.
    """
    terminal, told = os.dup(2), {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, told)

    def wait() -> None:
        received = signal.sigwait(told)
        for child in psutil.Process().children(recursive=True):
            child.kill()
        os.write(terminal, b"\x1b[?25hstopped; run it again to go on\n")  # with the cursor that the bar has hidden
        os._exit(128 + received)

    Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    _stop_when_told()
    try:
        sys.exit(main())
    except YejiError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        print(f"{error.filename or settings().home}: {error.strerror or error}; see YEJI_HOME", file=sys.stderr)
        sys.exit(3)
