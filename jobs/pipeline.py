"""All of a night's work in order, in one process and without Airflow: what `yeji run` does.

The Dags do the same steps; a test holds both to the same content hashes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from typing import Any

from jobs.contracts import Contract
from jobs.errors import DataError, YejiError
from jobs.ledger import INGEST
from jobs.settings import Settings
from jobs.sources import deliveries
from jobs.steps import MODEL, Context, populations, run_step


@dataclass(frozen=True)
class Outcome:
    """What came of one partition or one population: `done`, `refused` (data or contract) or `failed` (platform)."""

    subject: str
    key: str
    status: str
    seconds: float
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    error: str = ""


Report = Callable[[str, str, str, dict[str, Any], float], None]
"""Told after each step: subject, key, step, what it returned, seconds."""


def expected_deliveries(contract: Contract, settings: Settings) -> list[date]:
    """Dates for which the source has handed something over: in its inbox, or landed before."""
    landed = (settings.landing_dir / contract.source).glob("*/r*/manifest.json")
    return sorted({*deliveries(contract, settings.inbox_dir), *(date.fromisoformat(m.parts[-3]) for m in landed)})


def night(settings: Settings, report: Report) -> Iterator[Outcome]:
    """Ingest every delivery of every source, then learn and score every population.

    One source's failure stops no other: it becomes an Outcome.
    """
    context = Context(settings)
    for stem, problem in context.broken.items():
        yield Outcome(stem, "", "refused", 0.0, error=problem)
    for source, contract in context.contracts.items():
        try:
            dates = expected_deliveries(contract, settings)
        except YejiError as error:
            yield Outcome(source, "", "refused", 0.0, error=str(error))
            continue
        if not dates:
            yield Outcome(source, "", "refused", 0.0, error=no_delivery(contract, settings))
        for delivery_date in dates:
            yield ingest(settings, source, delivery_date, report)
    for population in populations(context.contracts):
        yield train(settings, population, report)


def no_delivery(contract: Contract, settings: Settings) -> str:
    """The sentence for a source that has handed over nothing."""
    paths = ", ".join(sorted({table.path for table in contract.reads.sources.values()}))
    return f"{contract.source}: nothing was delivered; {settings.inbox_dir} holds no file like {paths}"


def ingest(settings: Settings, source: str, delivery_date: date, report: Report) -> Outcome:
    """One partition: land → conform → check → publish."""
    return _steps(INGEST, source, str(delivery_date), report, settings, source=source, delivery_date=str(delivery_date))


def train(settings: Settings, population: str, report: Report) -> Outcome:
    """One population: lives → landmarks → fit → gate → register → score."""
    return _steps(MODEL, population, "", report, settings, population=population)


def score(settings: Settings, source: str, report: Report) -> Outcome:
    """One source's predictions with the champion in force: lives → landmarks → score."""
    return _steps(("lives", "landmarks", "score"), source, "", report, settings, source=source)


def _steps(steps: tuple[str, ...], subject: str, key: str, report: Report, settings: Settings, **scope: Any) -> Outcome:
    started, told = monotonic(), {}
    for step in steps:
        step_started = monotonic()
        try:
            told[step] = run_step(step, settings=settings, **scope)
        except YejiError as error:
            status = "refused" if isinstance(error, DataError) else "failed"
            return Outcome(subject, key, status, monotonic() - started, told, str(error))
        report(subject, key, step, told[step], monotonic() - step_started)
        if step == "land":
            scope["attempt"] = told[step]["attempt"]
    return Outcome(subject, key, "done", monotonic() - started, told)
