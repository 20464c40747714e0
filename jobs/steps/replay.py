"""Replay for people: what the plan would have done from a date on, with what was recorded then, at the contracts' costs."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pyspark.sql import functions as F

from jobs.errors import DataError, UsageError
from jobs.steps import Context, Scope, populations, scope_of
from jobs.steps.champion import in_force
from jobs.steps.feature_rows import feature_names
from jobs.steps.fit import landmarks
from jobs.steps.item_events import ATTRIBUTES, current
from jobs.tables.landmark import LANDMARK
from models import candidates, replay, splits
from models.errors import ModelError
from models.replay import Prices, Replay
from models.training import SEED

CATEGORIES = ("corrective", "preventive")
"""Whose hours of downtime a failure and a planned job cost."""


@dataclass(frozen=True)
class Told:
    """A population's replay: whose recipe decided, what a failure and a planned job cost by source (KRW, downtime
    included), and the sources left out because their contracts name no costs."""

    population: str
    candidate: str
    version: int
    prices: Prices
    without_costs: tuple[str, ...]
    found: Replay

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def replayed(context: Context, start: date, population: str) -> Told:
    """Replay a population with its champion's recipe."""
    scope = scope_of(context, population)
    priced = {name: contract for name, contract in scope.contracts.items() if contract.costs}
    if not priced:
        raise UsageError(
            f"{population}: none of its contracts says what a failure and a planned job cost; add `costs: {{failure: …, "
            f"planned: …}}` to {', '.join(f'{name}.yaml' for name in scope.contracts)}"
        )
    champion, _ = in_force(context, population)
    if champion is None:
        raise UsageError(f"{population} has no champion whose plan could be replayed: yeji train {population}")
    known = candidates.find()
    if champion.candidate not in known:
        raise DataError(f"{population}: its champion is made by {champion.candidate}, which is no candidate here")
    rows = splits.landmarks(landmarks(context.lake, scope, context.lake.version(LANDMARK)))
    prices = prices_by(context, scope, start)
    try:
        found = replay.replay(
            rows[rows["_source"].isin(list(priced))].reset_index(drop=True),
            known[champion.candidate](**champion.params),
            feature_names(rows),
            (*ATTRIBUTES, "subunit"),
            prices,
            start,
            SEED,
        )
    except ModelError as error:
        raise DataError(f"{population}: {error}", error.korean and f"{population}: {error.korean}") from error
    left_out = tuple(name for name in scope.contracts if name not in priced)
    return Told(population, champion.candidate, champion.version, prices, left_out, found)


def prices_by(context: Context, scope: Scope, start: date) -> dict[str, tuple[float, float]]:
    """By source with costs, what a failure and a planned job cost: the contract's, with the mean hours that the
    equipment was down for one by the records before the start."""
    recorded = current(context.lake, "maintenance", scope).where(F.col("recorded_on") < F.lit(start))
    means = recorded.groupBy("_source", "category").agg(F.avg("downtime_h").alias("hours")).toPandas()
    known = means.dropna()
    hours = dict(zip(zip(known["_source"], known["category"], strict=True), known["hours"], strict=True))
    found = {}
    for name, contract in scope.contracts.items():
        if costs := contract.costs:
            failure, planned = (costs.downtime_h * hours.get((name, category), 0.0) for category in CATEGORIES)
            found[name] = costs.failure + failure, costs.planned + planned
    return found


def asked(context: Context, population: str | None) -> list[str]:
    """The population named, or all that the contracts know."""
    known = populations(context.contracts)
    if population and population not in known:
        raise UsageError(f"no population {population}; the contracts name {', '.join(known) or 'none'}")
    return [population] if population else list(known)
