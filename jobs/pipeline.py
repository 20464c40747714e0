"""All of a night's work in order, in one process and without Airflow: what `yeji run` does.

The Dags do the same steps; a test holds both to the same content hashes.
"""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from time import monotonic
from typing import Any, Literal
from zoneinfo import ZoneInfo

from jobs.contracts import Contract, read_folder
from jobs.errors import DataError, NothingNew, UsageError, YejiError
from jobs.landing import landed_dates
from jobs.ledger import INGEST, Ledger, warnings_of
from jobs.settings import Settings
from jobs.sources import deliveries, misnamed
from jobs.steps import MODEL, populations, run_step


@dataclass(frozen=True)
class Outcome:
    """What came of one partition or one population.

    `done`, `skipped` (a database in which nothing has changed), `refused` (data or contract) or `failed` (platform).
    `error` says why it is not done, `error_korean` the same for the firm, where it is to mend it, and `exit_code` by whose
    hands it is mended (`jobs.errors`); `refused_files` are the files (`RefusedFile`) without which it was done,
    `unread_files` those that lay beside and no table reads, `warnings` how many sentences its check told without stopping
    it.
    """

    subject: str
    key: str
    status: str
    seconds: float
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    error: str = ""
    error_korean: str = ""
    refused_files: list[dict[str, str]] = field(default_factory=list)
    unread_files: list[dict[str, str]] = field(default_factory=list)
    exit_code: int = 0
    warnings: int = 0


Report = Callable[[str, str, str, dict[str, Any], float], None]
"""Told after each step: subject, key, step, what it returned, seconds."""


def expected_deliveries(contract: Contract, settings: Settings) -> list[date]:
    """Dates for which the source has handed something over, or (a database) can be asked: in its inbox, landed, today."""
    landed = landed_dates(settings.landing_dir, contract.source)
    if contract.reads.kind == "jdbc":
        return sorted({*landed, datetime.now(ZoneInfo(contract.timezone)).date()})
    return sorted({*deliveries(contract, settings.inbox_dir), *landed})


@dataclass(frozen=True)
class Work:
    """A piece of a night: a delivery to ingest, or a population to train; with `problem`, why it cannot be done."""

    kind: Literal["ingest", "train"]
    subject: str
    key: str = ""
    problem: str = ""


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """One run of a night at a time in a home. Raises UsageError where another goes on."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "night.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"another run goes on in {settings.home.absolute()}: wait for its end, or set YEJI_HOME to another folder"
            ) from None
        yield


def work_of_night(settings: Settings) -> list[Work]:
    """Each source's deliveries by date, then the populations."""
    contracts, wrong = read_folder(settings.sources)
    if not contracts and not wrong:
        raise UsageError(f"no contract (*.yaml) in {settings.sources}; set YEJI_SOURCES to a folder of contracts")
    found = [Work("ingest", stem, problem=problem) for stem, problem in wrong.items()]
    for source, contract in contracts.items():
        try:
            dates = expected_deliveries(contract, settings)
            if contract.reads.kind != "jdbc":
                found += [Work("ingest", source, problem=says.both) for says in misnamed(contract, settings.inbox_dir)]
        except YejiError as error:
            found.append(Work("ingest", source, problem=str(error)))
            continue
        found += [Work("ingest", source, str(day)) for day in dates]
        if not dates:
            found.append(Work("ingest", source, problem=no_delivery(contract, settings)))
    return found + [Work("train", population) for population in populations(contracts)]


def night(settings: Settings, report: Report) -> Iterator[Outcome]:
    """Ingest every delivery of every source, then learn and score every population.

    One source's failure stops no other: it becomes an Outcome.
    """
    for work in work_of_night(settings):
        if work.problem:
            yield Outcome(work.subject, work.key, "refused", 0.0, error=work.problem)
        elif work.kind == "ingest":
            yield ingest(settings, work.subject, date.fromisoformat(work.key), report)
        else:
            yield train(settings, work.subject, report)


def no_delivery(contract: Contract, settings: Settings) -> str:
    """The sentence for a source that has handed over nothing."""
    paths = ", ".join(sorted({table.path for table in contract.reads.sources.values()}))
    return f"{contract.source}: nothing was delivered; {settings.inbox_dir} holds no file like {paths}"


def ingest(settings: Settings, source: str, delivery_date: date, report: Report) -> Outcome:
    """One partition: land → conform → check → publish."""
    day = str(delivery_date)
    outcome = _steps(INGEST, source, day, report, settings, source=source, delivery_date=day)
    ledger = Ledger(settings.ledger_url)
    landed = outcome.steps.get("land", {})
    if landed.get("files_refused") or landed.get("files_unread"):
        refused, unread = (of.get(day, []) for of in (ledger.refused_files(source), ledger.unread_files(source)))
        outcome = replace(outcome, refused_files=refused, unread_files=unread)
    if "check" in outcome.steps:
        outcome = replace(outcome, warnings=len(warnings_of(json.loads(ledger.last_checks(source)[day]["facts"]))))
    return outcome


def train(settings: Settings, population: str, report: Report) -> Outcome:
    """One population: lives → landmarks → code_life → fit → gate → register → score → plan."""
    return _steps(MODEL, population, "", report, settings, population=population)


def score(settings: Settings, source: str, report: Report) -> Outcome:
    """One source's predictions with the champion in force: lives → landmarks → code_life → score → plan."""
    return _steps(("lives", "landmarks", "code_life", "score", "plan"), source, "", report, settings, source=source)


def _steps(steps: tuple[str, ...], subject: str, key: str, report: Report, settings: Settings, **scope: Any) -> Outcome:
    started, told = monotonic(), {}
    for step in steps:
        step_started = monotonic()
        try:
            told[step] = run_step(step, settings=settings, **scope)
        except NothingNew as error:
            return Outcome(subject, key, "skipped", monotonic() - started, told, str(error))
        except YejiError as error:
            status = "refused" if isinstance(error, DataError) else "failed"
            korean = error.korean if isinstance(error, DataError) else ""
            return Outcome(
                subject, key, status, monotonic() - started, told, str(error), korean, exit_code=error.exit_code
            )
        report(subject, key, step, told[step], monotonic() - step_started)
        if step == "land":
            scope["attempt"] = told[step]["attempt"]
    return Outcome(subject, key, "done", monotonic() - started, told)
