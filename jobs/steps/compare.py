"""Compare candidates and runs for people: is one really better than another, for whom, and by how much."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from jobs.errors import DataError, UsageError
from jobs.steps import Context, known_population, populations
from jobs.steps.champion import tracking
from models import compare as comparing
from models import compare_page, plots, registry
from models.compare import Comparison
from models.errors import ModelError, UnknownRun
from models.registry import Kept, Tracking
from models.training import SEED

RUN_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Side:
    """A candidate in a run's back-test, and the name it goes by in the comparison."""

    kept: Kept
    candidate: str
    label: str


def compare(context: Context, named: Sequence[str], population: str | None) -> Comparison:
    """Compare candidates of a population's last training, or runs.

    named : candidates and MLflow run ids; the first of several is the reference. A training's run stands for the candidate
    that its verdict chose; named alone, for all its candidates. Without names: all candidates of the last training.
    """
    place = tracking(context.settings)
    try:
        sides = _sides(place, named, _population(context, named, population))
        return _compared(context, sides)
    except ModelError as error:
        raise DataError(str(error)) from error


def html(found: Comparison) -> str:
    """The comparison as one page."""
    return compare_page.page(found, plots.figures(found))


def job_over_failure(context: Context, population: str) -> list[float]:
    """What a planned job costs over what a failure does, of each of the population's contracts that says: the
    probability of failing from which a job pays."""
    costs = [context.contracts[name].costs for name in populations(context.contracts).get(population, [])]
    return [cost.planned / cost.failure for cost in costs if cost and cost.failure > 0]


def _population(context: Context, named: Sequence[str], population: str | None) -> str:
    if population is None and named and all(RUN_ID.fullmatch(name) for name in named):
        return ""
    known = populations(context.contracts)
    return known_population(
        context.contracts, next(iter(known)) if population is None and len(known) == 1 else population
    )


def _sides(place: Tracking, named: Sequence[str], population: str) -> list[Side]:
    """What is compared, the reference first."""
    runs = {name: _kept(place, name, population) for name in named if RUN_ID.fullmatch(name)}
    if all(name in runs for name in named) and len(named) < 2:
        kept = runs[named[0]] if named else _last(place, population)
        others = [kept.candidate] if kept.candidate else [name for name in kept.candidates if name != kept.reference]
        return [Side(kept, name, name) for name in (kept.reference, *others)]
    last = None if all(name in runs for name in named) else _last(place, population)
    sides = []
    for name in named:
        found = runs.get(name, last)
        assert found
        candidate = (found.candidate or found.run.candidate) if name in runs else name
        if candidate not in found.candidates:
            raise UsageError(
                f"{name}: neither a run nor a candidate of {found.run.run_id}, which has {', '.join(found.candidates)}; "
                f"{_latest(place, found.run.population)}"
            )
        sides.append(Side(found, candidate, candidate))
    if len(sides) == 1:
        sides.insert(0, Side(sides[0].kept, sides[0].kept.reference, sides[0].kept.reference))
    if len({side.kept.run.run_id for side in sides}) > 1:
        sides = [Side(one.kept, one.candidate, f"{one.candidate}@{one.kept.run.run_id[:8]}") for one in sides]
    if len({side.label for side in sides}) < len(sides):
        raise UsageError(f"{sides[0].label} is compared with itself: name another candidate or run beside it")
    return sides


def _compared(context: Context, sides: Sequence[Side]) -> Comparison:
    first = sides[0]
    unit = first.kept.time_unit
    rows = _rows(first)
    for side in sides[1:]:
        if side.kept.run.population != first.kept.run.population:
            raise UsageError(
                f"{first.label} is of {first.kept.run.population}, {side.label} of {side.kept.run.population}: "
                "only runs of one population can be compared"
            )
        if side.kept.horizons_d != first.kept.horizons_d:
            raise DataError(
                f"{first.label} was tested at {_days(first)} {unit}, {side.label} at {_days(side)}: their scores are of "
                "different things; train both with the same `lives.horizons_d`"
            )
        rows = comparing.shared(rows, _rows(side), first.label, side.label)
    population = first.kept.run.population
    found = comparing.compare(
        rows,
        [side.label for side in sides],
        first.label,
        first.kept.horizons_d,
        population,
        job_over_failure(context, population),
        SEED,
        unit,
    )
    of = dict.fromkeys(f"{side.kept.run.run_id} of {side.kept.run.started:%Y-%m-%d %H:%M} UTC" for side in sides)
    return replace(found, runs=tuple(of))


def _rows(side: Side) -> pd.DataFrame:
    return comparing.renamed(side.kept.rows, side.candidate, side.label)


def _days(side: Side) -> str:
    return ", ".join(str(h) for h in side.kept.horizons_d)


def _kept(place: Tracking, run_id: str, population: str) -> Kept:
    try:
        return registry.kept(place, run_id)
    except UnknownRun as error:
        raise UsageError(f"{error}; {_latest(place, population)}") from error


def _last(place: Tracking, population: str) -> Kept:
    found = registry.runs(place, population, most=1)
    if not found:
        raise UsageError(f"{population} was never trained: yeji train {population}")
    return registry.kept(place, found[0].run_id)


def _latest(place: Tracking, population: str) -> str:
    found = registry.runs(place, population) if population else []
    lines = [f"  {run.run_id}  {run.started:%Y-%m-%d %H:%M} UTC  {run.candidate}: {run.reason}" for run in found]
    return (
        "\n".join(["the latest trainings:", *lines])
        if lines
        else "`yeji compare --population P` takes the last training"
    )
