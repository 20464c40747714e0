"""The steps, one module each: a step reads, calls named functions, checks, writes.

`run_step` is how Airflow and the command line call them, by name. Ingest steps (`land`, `conform`, `check`, `publish`)
work on one partition: `run(context, contract, partition, entry)`. Model steps (`lives`, `landmarks`, `code_life`, `fit`,
`gate`, `register`, `score`, `plan`) work on a scope, a population or one source of it: `run(context, scope, entry)`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from jobs.contracts import Contract, Lives, read_folder
from jobs.errors import UsageError
from jobs.ledger import INGEST, Ledger
from jobs.settings import Settings
from jobs.settings import settings as current_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from jobs.lake import Lake

MODEL = ("lives", "landmarks", "code_life", "fit", "gate", "register", "score", "plan")
"""The steps that make predictions, in order."""


class Context:
    """What every step works with: settings, ledger, and (opened when first used) Spark and the lake."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.settings.ledger_url)

    @cached_property
    def spark(self) -> "SparkSession":
        from jobs.session import session

        return session()

    @cached_property
    def lake(self) -> "Lake":
        from jobs.lake import Lake

        return Lake(self.spark, self.settings.lake_dir)

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """The contracts in force, by source; a wrong one is left out and stands in `broken`."""
        return self._read[0]

    @cached_property
    def broken(self) -> dict[str, str]:
        """What is wrong with the contracts that are, by file stem."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[dict[str, Contract], dict[str, str]]:
        return read_folder(self.settings.sources)

    def contract(self, source: str) -> Contract:
        if source in self.broken:
            raise UsageError(self.broken[source])
        if source not in self.contracts:
            known = ", ".join(self.contracts) or "none"
            raise UsageError(f"no source {source or repr(source)}: {self.settings.sources} has {known}")
        return self.contracts[source]


@dataclass(frozen=True)
class Scope:
    """What a model step works on: the sources of a population, or one of them.

    `extracted_on` maps each source in scope to the date of its latest published delivery (the extract date), but for one
    that holds corrections alone of what tells events, which does not say that nothing else has happened since;
    `complete_on` maps it to that of the latest one which holds all of its records of a table, by table, of a source that
    delivers everything; `half_published` to the deliveries whose
    publishing is not finished, which are not to be read.
    """

    population: str
    contracts: dict[str, Contract]
    extracted_on: dict[str, date]
    source: str | None = None
    complete_on: Mapping[str, Mapping[str, date | None]] = field(default_factory=dict)
    half_published: Mapping[str, frozenset[date]] = field(default_factory=dict)

    @property
    def where(self) -> dict[str, str | date]:
        """The slice of a gold table that the scope covers."""
        return {"population": self.population, **({"_source": self.source} if self.source else {})}

    @property
    def lives(self) -> dict[str, Lives]:
        return {name: contract.lives for name, contract in self.contracts.items() if contract.lives}

    @property
    def time_unit(self) -> str:
        """What the scope's times are counted in: its contracts' `lives.time`, the same in all."""
        return next(iter(self.lives.values())).time

    @property
    def as_of(self) -> date:
        """The latest extract date in scope."""
        return max(self.extracted_on.values())

    def __str__(self) -> str:
        return self.source or self.population


def populations(contracts: dict[str, Contract]) -> dict[str, list[str]]:
    """Sources by the population they are learned with."""
    found: dict[str, list[str]] = {}
    for name, contract in sorted(contracts.items()):
        if contract.lives:
            found.setdefault(contract.lives.population, []).append(name)
    return found


def known_population(contracts: dict[str, Contract], population: str | None) -> str:
    """The population, which a contract must name."""
    known = populations(contracts)
    if population not in known:
        asked = f"no population {population}" if population else "say --population"
        raise UsageError(f"{asked}; the contracts name {', '.join(known) or 'none'}")
    return str(population)


def complete_on(context: Context, contract: Contract, table: str, days: Collection[date]) -> date | None:
    """The newest of a source's deliveries that holds all of its records of a silver table: those missing are withdrawn.

    None of a source that delivers changes.
    """
    if contract.delivers == "changes":
        return None
    incomplete = {date.fromisoformat(day) for day in context.ledger.incomplete(contract.source, contract.feeds(table))}
    return max((day for day in days if day not in incomplete), default=None)


def tells_events(contract: Contract, corrections: Collection[str]) -> bool:
    """Whether a delivery says what has happened until its date, the source tables of `corrections` being corrections alone."""
    return not any(contract.feeds(table) in corrections for table in contract.tables if table != "equipment")


def scope_of(context: Context, population: str | None = None, source: str | None = None) -> Scope:
    """The scope of a population or source, over published partitions only (law 3)."""
    if source:
        lives = context.contract(source).lives
        if lives is None:
            raise UsageError(f"{source}: nothing is learned of it; its contract has no `lives`")
        population = lives.population
    population = known_population(context.contracts, population)
    _one_time_unit(context, population)
    names = [source] if source else populations(context.contracts)[population]
    published: dict[str, list[date]] = {}
    corrections = {name: context.ledger.corrections(name) for name in names}
    for name, delivery_date in context.ledger.published():
        if name in names and tells_events(context.contracts[name], corrections[name].get(delivery_date, ())):
            published.setdefault(name, []).append(date.fromisoformat(delivery_date))
    extracted = {name: max(days) for name, days in published.items()}
    if not extracted:
        raise UsageError(f"{source or population}: nothing is published yet; run its ingest first")
    torn: dict[str, frozenset[date]] = {}
    for name, delivery_date in context.ledger.half_published():
        if name in extracted:
            torn[name] = torn.get(name, frozenset()) | {date.fromisoformat(delivery_date)}
    contracts = {name: context.contracts[name] for name in sorted(extracted)}
    complete = {
        name: {table: complete_on(context, contract, table, published[name]) for table in contract.tables}
        for name, contract in contracts.items()
    }
    return Scope(population, contracts, extracted, source, complete, torn)


def _one_time_unit(context: Context, population: str) -> None:
    """Refuse a population whose sources count time in different units: their lives cannot be learned together."""
    lives = {name: context.contracts[name].lives for name in populations(context.contracts)[population]}
    units = {name: one.time for name, one in lives.items() if one}
    if len(set(units.values())) > 1:
        told = ", ".join(f"{name} in {unit}" for name, unit in sorted(units.items()))
        raise UsageError(
            f"population {population}: {told}; lives that are counted differently cannot be learned together: give "
            "`lives.population` another name in one of the contracts"
        )


def run_step(
    step: str,
    *,
    source: str | None = None,
    population: str | None = None,
    delivery_date: str | None = None,
    attempt: int | None = None,
    settings: Settings | None = None,
) -> dict[str, Any]:
    """Run one step and record it in the ledger; the result holds counts and ids, never data.

    `land` takes a new attempt number, which the later steps of the same run are given.
    """
    context = Context(settings or current_settings())
    module = import_module(f"jobs.steps.{step}")
    if step in INGEST:
        if source is None or delivery_date is None:
            raise UsageError(f"{step}: a source and a delivery date are needed")
        return _run_ingest(context, module, step, source, date.fromisoformat(delivery_date), attempt)
    if step not in MODEL:
        raise UsageError(f"no step {step}; there are {', '.join((*INGEST, *MODEL))}")
    from jobs.session import INTERPRETED_BELOW, fit_to_size

    scope = scope_of(context, population, source)
    fit_to_size(context.spark, INTERPRETED_BELOW)
    subject, key = str(scope), str(scope.as_of)
    with context.ledger.step(step, subject, key, attempt or 1) as entry:
        module.run(context, scope, entry)
    return {"scope": subject, "as_of": key, **entry.counts}


def _run_ingest(
    context: Context, module: Any, step: str, source: str, delivery_date: date, attempt: int | None
) -> dict[str, Any]:
    from jobs.lake import Partition
    from jobs.landing import size_of
    from jobs.session import fit_to_size
    from jobs.steps.suites import check_suites

    contract = context.contract(source)
    check_suites(contract)
    size = size_of(contract, context.settings.inbox_dir, context.settings.landing_dir, delivery_date)
    fit_to_size(context.spark, size)  # only now, for Spark takes long to start where there is nothing to read
    number = attempt or _attempt(context.ledger, step, source, str(delivery_date))
    partition = Partition(source, delivery_date, number)
    with context.ledger.step(step, source, str(delivery_date), number) as entry:
        entry.contract_digest = contract.digest
        module.run(context, contract, partition, entry)
    return {"source": source, "delivery_date": str(delivery_date), "attempt": number, **entry.counts}


def _attempt(ledger: Ledger, step: str, source: str, delivery_date: str) -> int:
    """A new attempt for `land`; the latest one for the steps that follow it."""
    if step == "land":
        return ledger.new_attempt(source, delivery_date)
    attempts = [run["attempt"] for run in ledger.runs(source, delivery_date)]
    if not attempts:
        raise UsageError(f"{source}|{delivery_date}: nothing is landed yet; run `land` first")
    return max(attempts)
