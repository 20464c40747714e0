"""Replay for people: what the plan would have done from a date on, with what was recorded then, at the contracts' costs."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from jobs.errors import DataError, UsageError
from jobs.steps import Context, scope_of
from jobs.steps.champion import in_force
from jobs.steps.feature_rows import feature_names
from jobs.steps.fit import landmarks
from jobs.steps.item_events import LASTING
from jobs.steps.prices import prices_by
from jobs.tables.landmark import LANDMARK
from models import candidates, replay, splits
from models.errors import ModelError
from models.outlook import Prices
from models.replay import Replay, Terms
from models.training import SEED


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
        terms = Terms(known[champion.candidate](**champion.params), feature_names(rows), LASTING, prices, start, SEED)
        found = replay.replay(rows[rows["_source"].isin(list(priced))].reset_index(drop=True), terms)
    except ModelError as error:
        raise DataError(f"{population}: {error}", error.korean and f"{population}: {error.korean}") from error
    left_out = tuple(name for name in scope.contracts if name not in priced)
    return Told(population, champion.candidate, champion.version, prices, left_out, found)
