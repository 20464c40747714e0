"""What a plan would have done in the past, decided with what was recorded then, and what it would have come to.

At each date of the landmark grid from a start on, every item is replaced or left, by what was known then: the law of age
(`models.ageing`) and the recipe are learned at yearly cuts from what was recorded before, the item's features and its own
failures are those known on the date, and `replacement.decide` weighs them at the contract's costs. Two rules stand beside
the plan: run to failure, and one interval of age per class, the cheapest by the records before the cut.

The record is followed stretch by stretch, from one renewal of the item to the next. Until a rule replaces the item, the
recorded failures are its failures; those that come after it in the stretch it has caught. What the unit put in would have
done nobody recorded: until the stretch ends it is charged what a new item costs per day in the long run under that rule,
by the law of age as all records tell it. A unit that stands at the end has used up a part of a planned job, which is what
it would be worth then to have a new one instead (at most the job). Where history replaced an item
preventively nobody knows whether it would have failed: everything is told twice, once as if none of those items would
have failed and once as if each had.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from models import backtest, metrics
from models.ageing import Ageing, poisson_slope
from models.candidate import Bools, Candidate, Floats
from models.curves import SMALLEST_SURVIVAL, cumulative_hazard
from models.errors import TooFewFailures
from models.lives import PREVENTIVE
from models.metrics import Interval
from models.replacement import Costs, decide, long_run_rate, opportunities
from models.splits import end_of_records, labelled, recensor

RULES = ("run_to_failure", "fixed_interval", "plan")
YEAR = pd.DateOffset(years=1)
AHEAD_D = 365.0
"""Over so many days the model and the law of age are compared."""
LONGEST_D = 40 * 365.25
"""No item is planned to stay longer."""
AT_RISK = 20
"""Items of a class that must have been watched at an age for an interval to reach it."""
RENEWED_PRIOR = 10.0
STRONGEST = 2.0
"""Further than so much, as a log ratio, no opinion of a model goes."""

Prices = Mapping[str, tuple[float, float]]
"""By source: what a failure and a planned job cost."""


@dataclass(frozen=True)
class Came:
    """What a rule came to. Each pair: as if no item that history replaced preventively would have failed, and as if each
    had. `jobs`: planned replacements of the units that stood in the record; `cost`: of the failures missed, these jobs and
    the units put in."""

    jobs: int
    caught: tuple[int, int]
    missed: tuple[int, int]
    cost: tuple[float, float]


@dataclass(frozen=True)
class Replay:
    """`came` by rule; `savings`: the plan's over each other rule, at both ends, with its interval over equipment;
    `intervals_d`: the fixed interval of each class at the last cut, None where running to failure was cheaper."""

    start: date
    end: date
    window_d: int
    items: int
    failures: int
    replaced: int
    came: dict[str, Came]
    savings: dict[str, tuple[Interval, Interval]]
    intervals_d: dict[str, int | None]


def replay(
    frame: pd.DataFrame,
    recipe: Candidate,
    features: Sequence[str],
    attributes: Sequence[str],
    prices: Prices,
    start: date,
    seed: int,
) -> Replay:
    """Replay a landmark frame (`splits.landmarks`) from a date on.

    attributes : the features that no repair changes. Raises TooFewFailures where nothing can be learned before the start.
    """
    decided = decisions(frame, recipe, features, attributes, prices, start, seed)
    end = end_of_records(frame).date()
    known = known_periods(frame, end)
    law = Ageing.fit(known, attributes)
    costs = costs_of(decided.rows, prices, renewed_shares(known))
    new = law.frailty(known, decided.rows)[:, None] * law.new_hazard(decided.rows, decided.times)
    rates = long_run_rate(decided.times, new, costs, decided.window_d)
    nth = np.clip(np.minimum(decided.interval_d, LONGEST_D) // decided.window_d, 1, rates.shape[1]).astype(int) - 1
    per_day = {"plan": rates.min(axis=1), "fixed_interval": rates[np.arange(len(rates)), nth]}
    present = law.frailty(known, decided.rows)[:, None] * law.hazard(decided.rows, decided.times)
    saving = decide(decided.times, present, new, costs, decided.window_d).saving
    used_up = np.clip(costs.planned + saving, 0.0, costs.planned)
    return told(decided, costs, per_day, used_up, start, end, seed)


@dataclass(frozen=True)
class Decided:
    """The record from the start on (`stretches`), and at each row what each rule would do; `interval_d`: of the row's
    class, inf for none."""

    rows: pd.DataFrame
    is_due: dict[str, Bools]
    interval_d: Floats
    intervals_d: dict[str, int | None]
    times: Floats
    window_d: int


@threadpool_limits.wrap(limits=1)
def decisions(
    frame: pd.DataFrame,
    recipe: Candidate,
    features: Sequence[str],
    attributes: Sequence[str],
    prices: Prices,
    start: date,
    seed: int,
) -> Decided:
    """What each rule would do at each date from the start on, with what was recorded then."""
    every = labelled(frame)
    rows = stretches(every[every["as_of"] >= pd.Timestamp(start)])
    if rows.empty:
        raise TooFewFailures("none_after", start=str(start))
    window_d = int(rows.groupby(["_source", "item_id"])["as_of"].diff().dt.days.median())
    times = opportunities(np.array([LONGEST_D]), window_d)
    cuts = pd.date_range(start, rows["as_of"].max(), freq=YEAR)
    is_due, interval_d = np.zeros(len(rows), bool), np.full(len(rows), np.inf)
    before = [_Year.learned(frame, cuts[0] - back * YEAR, recipe, features, attributes, seed) for back in (2, 1)]
    for cut in cuts:
        year = _Year.learned(frame, cut, recipe, features, attributes, seed)
        weight = _weight(before, frame, cut)
        inside = (rows["as_of"] >= cut).to_numpy() & (rows["as_of"] < year.until).to_numpy()
        costs = costs_of(rows[inside], prices, year.shares)
        interval_d[inside], intervals = best_intervals(year.past, rows[inside], costs, times, window_d)
        for day in np.unique(rows.loc[inside, "as_of"]):
            at = np.flatnonzero((rows["as_of"] == day).to_numpy())
            hazard, new = year.hazards(frame, rows.iloc[at], pd.Timestamp(day), times, weight)
            is_due[at] = decide(times, hazard, new, costs_of(rows.iloc[at], prices, year.shares), window_d).is_due
        before.append(year)
    none = np.zeros(len(rows), bool)
    due = {"run_to_failure": none, "fixed_interval": rows["age_d"].to_numpy() >= interval_d, "plan": is_due}
    return Decided(rows, due, interval_d, intervals, times, window_d)


@dataclass(frozen=True)
class _Year:
    """What was learned at a cut, and serves until the next one."""

    cut: pd.Timestamp
    past: pd.DataFrame
    law: Ageing
    shares: dict[str, float]
    model: Candidate
    features: tuple[str, ...]
    frailties: dict[pd.Timestamp, pd.Series] = field(default_factory=dict)

    @classmethod
    def learned(
        cls,
        frame: pd.DataFrame,
        cut: pd.Timestamp,
        recipe: Candidate,
        features: Sequence[str],
        attributes: Sequence[str],
        seed: int,
    ) -> "_Year":
        rows = recensor(frame, cut.date())
        backtest.require_to_learn(rows, cut.date())
        past = known_periods(frame, cut.date())
        model = backtest.fit(recipe, rows, features, seed)
        return cls(cut, past, Ageing.fit(past, attributes), renewed_shares(past), model, tuple(features))

    @property
    def until(self) -> pd.Timestamp:
        return self.cut + YEAR

    def hazards(
        self, frame: pd.DataFrame, rows: pd.DataFrame, day: pd.Timestamp, times: Floats, weight: float
    ) -> tuple[Floats, Floats]:
        """(n, m) each: the cumulative hazard of the items on a day as they stand, and of new ones in their place.

        weight : the power of the model's opinion in the hazard of the items as they stand.
        """
        frailty = self._frailty(frame, rows, day)
        present = np.exp(weight * self._opinion(rows, frailty)) * frailty
        return present[:, None] * self.law.hazard(rows, times), frailty[:, None] * self.law.new_hazard(rows, times)

    def borne_out(self, frame: pd.DataFrame, known: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
        """Failed (0 or 1), failures expected by law, and the model's opinion, of this year's rows among those known."""
        told = [np.zeros((3, 0))]
        inside = (known["as_of"] >= self.cut) & (known["as_of"] < self.until)
        for day, rows in known[inside].groupby("as_of"):
            frailty = self._frailty(frame, rows, pd.Timestamp(str(day)))
            expected = frailty * self.law.hazard(rows, rows["days"].to_numpy(float)[:, None])[:, 0]
            told.append(np.stack([rows["failed"].to_numpy(float), expected, self._opinion(rows, frailty)]))
        failed, expected, opinion = np.hstack(told)
        return failed, expected, opinion

    def _frailty(self, frame: pd.DataFrame, rows: pd.DataFrame, day: pd.Timestamp) -> Floats:
        """(n,): by the items' own failures that were known on the day."""
        if day not in self.frailties:
            every = frame[frame["as_of"] == day].drop_duplicates(["_source", "item_id"])
            known = self.law.frailty(known_periods(frame, day.date()), every)
            self.frailties[day] = pd.Series(known, index=item_keys(every))
        return self.frailties[day].loc[item_keys(rows)].to_numpy()

    def _opinion(self, rows: pd.DataFrame, frailty: Floats) -> Floats:
        """(n,): how much worse the model finds the items as they stand than the law of age does, as a log ratio."""
        ahead = np.array([AHEAD_D])
        by_law = frailty * self.law.hazard(rows, ahead)[:, 0]
        by_model = cumulative_hazard(self.model, backtest.inputs(rows, self.features), ahead)[:, 0]
        ratio = np.maximum(by_model, SMALLEST_SURVIVAL) / np.maximum(by_law, SMALLEST_SURVIVAL)
        return np.clip(np.log(ratio), -STRONGEST, STRONGEST)


def _weight(years: Sequence[_Year], frame: pd.DataFrame, cut: pd.Timestamp) -> float:
    """The likeliest power of the models' opinions, by what had come by a cut of what earlier years' said; 0 to 1."""
    known = known_periods(frame, cut.date())
    return float(np.clip(poisson_slope(*np.hstack([year.borne_out(frame, known) for year in years])), 0.0, 1.0))


def item_keys(rows: pd.DataFrame) -> pd.MultiIndex:
    """Source and item of each row."""
    return pd.MultiIndex.from_frame(rows[["_source", "item_id"]])


def periods(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows (ordered by item and date) with `gap_d` to the item's next one, the `days` of it until a failure or the
    end of its time, whether it `failed` and whether it `is_renewed` within."""
    by_item = rows.groupby(["_source", "item_id"], sort=False)
    gap_d = (by_item["as_of"].shift(-1) - rows["as_of"]).dt.days.astype(float).fillna(rows["time_d"])
    is_renewed = by_item["age_d"].shift(-1) < rows["age_d"] + gap_d
    days = np.minimum(rows["time_d"], gap_d)
    failed = rows["event"] & (rows["time_d"] <= gap_d)
    return rows.assign(gap_d=gap_d, days=days, failed=failed, is_renewed=is_renewed).reset_index(drop=True)


def known_periods(frame: pd.DataFrame, day: date) -> pd.DataFrame:
    """The periods that were known on a day. An item replaced because a finding said so has `failed` in them (law 6)."""
    return periods(recensor(frame, day))


def stretches(rows: pd.DataFrame) -> pd.DataFrame:
    """As `periods`, with `replaced` (history did so preventively within the gap) and the number of the `stretch`."""
    found = periods(rows)
    replaced = found["ended_by"].isin(list(PREVENTIVE)) & (found["time_d"] <= found["gap_d"])
    ends = found["is_renewed"] | replaced
    begins = ~found.duplicated(["_source", "item_id"]) | ends.shift(fill_value=False)
    failed = found["failed"] & ~replaced
    return found.assign(failed=failed, replaced=replaced, stretch=begins.cumsum())


def renewed_shares(past: pd.DataFrame) -> dict[str, float]:
    """By class ("" for all): the share of failures after which the item was new, drawn towards that of all."""
    failed = past[past["failed"] & (past["ended_by"] == "failure")]
    every = float(failed["is_renewed"].mean()) if len(failed) else 1.0
    counts = failed.groupby("equipment_class")["is_renewed"].agg(["sum", "count"])
    shares = (counts["sum"] + RENEWED_PRIOR * every) / (counts["count"] + RENEWED_PRIOR)
    return {"": every, **{str(name): float(share) for name, share in shares.items()}}


def costs_of(rows: pd.DataFrame, prices: Prices, shares: Mapping[str, float]) -> Costs:
    """Each row's costs."""
    failure, planned = np.array([prices[source] for source in rows["_source"]], float).reshape(-1, 2).T
    renewed = np.asarray(rows["equipment_class"].map(shares).fillna(shares[""]), float)
    return Costs(failure, planned, renewed)


def best_intervals(
    past: pd.DataFrame, rows: pd.DataFrame, costs: Costs, times: Floats, window_d: int
) -> tuple[Floats, dict[str, int | None]]:
    """Each row's (n,) cheapest interval (days) by its class's failures per age in the past and its own costs, inf where
    running to failure was cheaper; and by class, for its commonest costs."""
    found, told = np.full(len(rows), np.inf), {}
    for name, of_class in past.groupby("equipment_class"):
        at = np.flatnonzero((rows["equipment_class"] == name).to_numpy())
        until, rate = _by_age(of_class, window_d)
        if not len(at) or not len(until):
            continue
        own = Costs(*(np.asarray(value)[at] for value in (costs.failure, costs.planned, costs.renewed)))
        per_day = long_run_rate(until, np.repeat(rate[None], len(at), axis=0), own, window_d)
        best = per_day.argmin(axis=1)
        to_failure = np.asarray(own.failure) * of_class["failed"].sum() / of_class["days"].sum()
        found[at] = np.where(per_day.min(axis=1) < to_failure, until[best], np.inf)
        told[str(name)] = None if np.isinf(commonest := float(np.median(found[at]))) else int(commonest)
    return found, told


def _by_age(past: pd.DataFrame, window_d: int) -> tuple[Floats, Floats]:
    """Ages one window apart, as far as items were watched, and the cumulative hazard at each (failures per exposure)."""
    window = (past["age_d"] // window_d).astype(int)
    of_window = past.groupby(window).agg(items=("unit", "nunique"), days=("days", "sum"), failed=("failed", "sum"))
    of_window = of_window.reindex(range(int(window.max()) + 1), fill_value=0)
    watched = int((of_window["items"] >= AT_RISK).cumprod().sum())
    of_window = of_window.head(watched)
    until = window_d * np.arange(1.0, watched + 1)
    return until, (window_d * of_window["failed"] / of_window["days"]).cumsum().to_numpy(float)


def told(
    decided: Decided,
    costs: Costs,
    per_day: Mapping[str, Floats],
    used_up: Floats,
    start: date,
    end: date,
    seed: int,
) -> Replay:
    """What the decisions came to.

    per_day : by rule, what a unit that it puts in costs per day (n,). used_up : what each unit has lost of its worth (n,).
    """
    rows = decided.rows
    failed, replaced = rows["failed"].to_numpy(float), rows["replaced"].to_numpy(float)
    outcomes = failed, failed + replaced
    at_end = np.where(rows.duplicated(["_source", "item_id"], keep="last"), 0.0, used_up)
    came, spent = {}, {}
    for rule in RULES:
        is_out, is_job = taken_out(rows, decided.is_due[rule])
        new = per_day[rule] * rows["gap_d"].to_numpy(float) if rule in per_day else np.zeros(len(rows))
        costs_at = [np.where(is_out, new, costs.failure * ends + at_end) + costs.planned * is_job for ends in outcomes]
        spent[rule] = np.stack(costs_at).astype(float)
        caught, missed = ((int(failed[of].sum()), int(outcomes[1][of].sum())) for of in (is_out, ~is_out))
        none, each = spent[rule].sum(axis=1)
        came[rule] = Came(int(is_job.sum()), caught, missed, (float(none), float(each)))
    savings = {rule: _saving(rows["unit"].to_numpy(), spent[rule], spent["plan"], seed) for rule in RULES[:-1]}
    items = rows.groupby(["_source", "item_id"]).ngroups
    counts = items, int(failed.sum()), int(replaced.sum())
    return Replay(start, end, decided.window_d, *counts, came, savings, decided.intervals_d)


def _saving(unit: np.ndarray, other: Floats, plan: Floats, seed: int) -> tuple[Interval, Interval]:
    """What the plan saves over another rule (2, n), at both ends."""

    def at(end: int) -> Interval:
        saved = other[end] - plan[end]
        return metrics.bootstrap(lambda weight: weight @ saved, unit, np.ones(len(unit)), backtest.DRAWS, seed)

    return at(0), at(1)


def taken_out(rows: pd.DataFrame, is_due: Bools) -> tuple[Bools, Bools]:
    """(n,) each: whether the unit in the record is out by the rule, and whether it goes out at this row."""
    is_out = pd.Series(is_due, index=rows.index).groupby(rows["stretch"]).cummax()
    is_before = is_out.groupby(rows["stretch"]).shift(fill_value=False)
    return is_out.to_numpy(bool), (is_out & ~is_before).to_numpy(bool)
