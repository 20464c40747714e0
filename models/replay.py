"""What a plan would have done in the past, decided with what was recorded then, and what it would have come to.

At each date of the landmark grid from a start on, every item is replaced or left by the nightly plan's own rule
(`models.outlook`) at the contract's costs, by what was known then: the law of age and the recipe are learned at yearly cuts
from what was recorded before, the item's features and its own failures are those known on the date. Two rules stand beside
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
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from models import backtest, metrics
from models.candidate import Bools, Candidate, Floats
from models.curves import cumulative_hazard
from models.errors import TooFewFailures
from models.lives import PREVENTIVE
from models.metrics import Interval
from models.outlook import (
    AHEAD_D,
    LONGEST_D,
    BorneOut,
    Outlook,
    Prices,
    costs_of,
    joined,
    known_periods,
    periods,
    weight_of,
)
from models.replacement import Costs, decide, long_run_rate, opportunities
from models.splits import end_of_records, labelled, recensor

RULES = ("run_to_failure", "fixed_interval", "plan")
YEAR = pd.DateOffset(years=1)
AT_RISK = 20
"""Items of a class that must have been watched at an age for an interval to reach it."""


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


@dataclass(frozen=True)
class Terms:
    """What is replayed: the recipe of the learned curves and its features, the `attributes` that no repair changes, what
    failures and planned jobs cost, from when on, and the seed."""

    recipe: Candidate
    features: Sequence[str]
    attributes: Sequence[str]
    prices: Prices
    start: date
    seed: int


def replay(frame: pd.DataFrame, terms: Terms) -> Replay:
    """Replay a landmark frame (`splits.landmarks`). Raises TooFewFailures where nothing can be learned before the start."""
    decided = decisions(frame, terms)
    rows, times, window_d = decided.rows, decided.times, decided.window_d
    end = end_of_records(frame).date()
    known = known_periods(frame, end)
    today = Outlook.learned(known, terms.attributes)
    costs = costs_of(rows, terms.prices, today.law.renewed)
    frailty = today.law.frailty(known, rows)[:, None]
    new = frailty * today.law.new_hazard(rows, times)
    rates = long_run_rate(times, new, costs, window_d)
    nth = np.clip(np.minimum(decided.interval_d, LONGEST_D) // window_d, 1, rates.shape[1]).astype(int) - 1
    per_day = {"plan": rates.min(axis=1), "fixed_interval": rates[np.arange(len(rates)), nth]}
    saving = decide(times, frailty * today.law.hazard(rows, times), new, costs, window_d).saving
    used_up = np.clip(costs.planned + saving, 0.0, costs.planned)
    return told(decided, costs, per_day, used_up, end, terms)


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
def decisions(frame: pd.DataFrame, terms: Terms) -> Decided:
    """What each rule would do at each date from the start on, with what was recorded then."""
    every = labelled(frame)
    rows = stretches(every[every["as_of"] >= pd.Timestamp(terms.start)])
    if rows.empty:
        raise TooFewFailures("none_after", start=str(terms.start))
    window_d = int(rows.groupby(["_source", "item_id"])["as_of"].diff().dt.days.median())
    times = opportunities(np.array([LONGEST_D]), window_d)
    cuts = pd.date_range(terms.start, rows["as_of"].max(), freq=YEAR)
    is_due, interval_d = np.zeros(len(rows), bool), np.full(len(rows), np.inf)
    before = [_Year.learned(frame, cuts[0] - back * YEAR, terms) for back in (2, 1)]
    for cut in cuts:
        year = _Year.learned(frame, cut, terms)
        outlook = replace(year.outlook, weight=weight_of(one.borne_out(frame, year.past) for one in before))
        inside = (rows["as_of"] >= cut).to_numpy() & (rows["as_of"] < year.until).to_numpy()
        costs = costs_of(rows[inside], terms.prices, outlook.law.renewed)
        interval_d[inside], intervals = best_intervals(year.past, rows[inside], costs, times, window_d)
        for day in np.unique(rows.loc[inside, "as_of"]):
            at = np.flatnonzero((rows["as_of"] == day).to_numpy())
            here = rows.iloc[at]
            frailty = year.frailty(frame, here, pd.Timestamp(day))
            is_due[at] = outlook.decide(here, frailty, year.by_curve(here), terms.prices, times, window_d)
        before.append(year)
    none = np.zeros(len(rows), bool)
    due = {"run_to_failure": none, "fixed_interval": rows["age_d"].to_numpy() >= interval_d, "plan": is_due}
    return Decided(rows, due, interval_d, intervals, times, window_d)


@dataclass(frozen=True)
class _Year:
    """What was learned at a cut, and serves until the next one."""

    cut: pd.Timestamp
    past: pd.DataFrame
    outlook: Outlook
    model: Candidate
    features: Sequence[str]
    frailties: dict[pd.Timestamp, pd.Series] = field(default_factory=dict)

    @classmethod
    def learned(cls, frame: pd.DataFrame, cut: pd.Timestamp, terms: Terms) -> "_Year":
        rows = recensor(frame, cut.date())
        backtest.require_to_learn(rows, cut.date())
        past = periods(rows)
        model = backtest.fit(terms.recipe, rows, terms.features, terms.seed)
        return cls(cut, past, Outlook.learned(past, terms.attributes), model, terms.features)

    @property
    def until(self) -> pd.Timestamp:
        return self.cut + YEAR

    def by_curve(self, rows: pd.DataFrame) -> Floats:
        """(n,): the cumulative hazard that the learned curves have over the days ahead."""
        return cumulative_hazard(self.model, backtest.inputs(rows, self.features), np.array([AHEAD_D]))[:, 0]

    def borne_out(self, frame: pd.DataFrame, known: pd.DataFrame) -> BorneOut:
        """What came of this year's predictions, of its rows among those known."""
        inside = (known["as_of"] >= self.cut) & (known["as_of"] < self.until)
        return joined(
            self.outlook.borne_out(rows, self.frailty(frame, rows, pd.Timestamp(str(day))), self.by_curve(rows))
            for day, rows in known[inside].groupby("as_of")
        )

    def frailty(self, frame: pd.DataFrame, rows: pd.DataFrame, day: pd.Timestamp) -> Floats:
        """(n,): by the items' own failures that were known on the day."""
        if day not in self.frailties:
            every = frame[frame["as_of"] == day].drop_duplicates(["_source", "item_id"])
            known = self.outlook.law.frailty(known_periods(frame, day.date()), every)
            self.frailties[day] = pd.Series(known, index=item_keys(every))
        return self.frailties[day].loc[item_keys(rows)].to_numpy()


def item_keys(rows: pd.DataFrame) -> pd.MultiIndex:
    """Source and item of each row."""
    return pd.MultiIndex.from_frame(rows[["_source", "item_id"]])


def stretches(rows: pd.DataFrame) -> pd.DataFrame:
    """As `periods`, with `replaced` (history did so preventively within the gap) and the number of the `stretch`."""
    found = periods(rows)
    replaced = found["ended_by"].isin(list(PREVENTIVE)) & (found["time_d"] <= found["gap_d"])
    ends = found["is_renewed"] | replaced
    begins = ~found.duplicated(["_source", "item_id"]) | ends.shift(fill_value=False)
    failed = found["failed"] & ~replaced
    return found.assign(failed=failed, replaced=replaced, stretch=begins.cumsum())


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
    decided: Decided, costs: Costs, per_day: Mapping[str, Floats], used_up: Floats, end: date, terms: Terms
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
    savings = {rule: _saving(rows["unit"].to_numpy(), spent[rule], spent["plan"], terms.seed) for rule in RULES[:-1]}
    items = rows.groupby(["_source", "item_id"]).ngroups
    counts = items, int(failed.sum()), int(replaced.sum())
    return Replay(terms.start, end, decided.window_d, *counts, came, savings, decided.intervals_d)


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
