"""The candidates on the past: fitted at rolling cuts, asked about what came after, scored beside each other.

At each cut every candidate is fitted on what was known then and predicts each item's first row after it. The tests are
the last `TESTED` cuts; what is scored there is calibrated with the predictions of the earlier cuts alone, judged by
what was known at the tested cut. So fit, calibration and test follow each other in time.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from models import metrics
from models.calibration import Calibration
from models.candidate import Candidate, Floats, for_candidate, intervals
from models.curves import at_own_time, cumulative_hazard, quantile
from models.errors import TooFewFailures
from models.splits import (
    Split,
    capped,
    end_of_records,
    in_fold,
    known_assets_later,
    known_by,
    record_lag_d,
    rolling_cuts,
    unseen_assets_later,
    usable_horizons,
)

CUTS = 6
TESTED = 3
FOLDS = 5
CAP = 12_000
DRAWS = 200
PAIRED_ROWS = 3_000
"""C compares pairs: it is computed on at most this many rows."""

QUANTILES = (0.1, 0.5, 0.9)
"""The shares by whose predicted days an interval is told: p10, p50, p90."""

MIN_FAILURES = 20
"""Failures without which nothing is compared."""

KNOWN, UNSEEN = "known_assets_later", "unseen_assets_later"


@dataclass(frozen=True)
class Plan:
    """What is tested: cut dates (ascending), horizons in days, and the times at which curves are compared."""

    cuts: tuple[date, ...]
    horizons_d: tuple[int, ...]

    @property
    def times(self) -> Floats:
        return np.unique([*np.linspace(self.horizons_d[0], self.horizons_d[-1], 25), *self.horizons_d]).astype(float)


@dataclass(frozen=True)
class Backtest:
    """`rows`: per test, cut and item the outcome and, per candidate, `<candidate>.integrated_brier`,
    `<candidate>.s_<horizon>`, `<candidate>.p10_d`, `p50_d` and `p90_d` (NaN where later than the longest horizon) and
    `<candidate>.at_end`, the survival predicted for the row's own time (at most the longest horizon); `scores`: one row
    per test, candidate, metric and horizon, with its interval; `calibrations`: the map each candidate is served with; `failed`:
    why a candidate could not be fitted."""

    plan: Plan
    rows: pd.DataFrame
    scores: pd.DataFrame
    calibrations: dict[str, Calibration]
    failed: dict[str, str]


def plan(frame: pd.DataFrame, horizons_d: Sequence[int]) -> Plan:
    """Cuts and horizons that the records allow."""
    usable = usable_horizons(frame, horizons_d)
    return Plan(rolling_cuts(frame, usable[-1], CUTS), usable)


def fit(recipe: Candidate, rows: pd.DataFrame, features: Sequence[str], seed: int) -> Candidate:
    """The recipe fitted on at most `CAP` of the rows."""
    rows = capped(rows, CAP, seed)
    y = for_candidate(recipe, outcomes(rows))
    return clone(recipe).fit(inputs(rows, features), y, sample_weight=rows["weight"].to_numpy(float))


def outcomes(rows: pd.DataFrame) -> np.ndarray:
    """`y` of the rows, with intervals."""
    time_d, event = rows["time_d"].to_numpy(float), rows["event"].to_numpy(bool)
    return intervals(time_d, event, rows["upper_d"].fillna(rows["time_d"]).to_numpy(float))


class Fits:
    """Recipes fitted with the same features and seed; a recipe made of others is joined from theirs on the same rows."""

    def __init__(self, recipes: Iterable[Candidate], features: Sequence[str], seed: int) -> None:
        self._features, self._seed = features, seed
        self._shared = {_recipe_key(part) for recipe in recipes for part in recipe.parts().values()}
        self._kept: dict[tuple[Hashable, str], Candidate] = {}

    def of(self, recipe: Candidate, rows: pd.DataFrame, place: Hashable) -> Candidate:
        """The recipe fitted on the rows; `place` names these rows."""
        key = (place, _recipe_key(recipe))
        if key in self._kept:
            return self._kept[key]
        if parts := recipe.parts():
            fitted = {name: self.of(part, rows, place) for name, part in parts.items()}
            longest_d = float(capped(rows, CAP, self._seed)["time_d"].max())
            return clone(recipe).joined(fitted, longest_d)
        made = fit(recipe, rows, self._features, self._seed)
        if key[1] in self._shared:
            self._kept[key] = made
        return made


def _recipe_key(recipe: Candidate) -> str:
    return f"{type(recipe).__module__} {json.dumps(recipe.get_params(), sort_keys=True)}"


def inputs(rows: pd.DataFrame, features: Sequence[str]) -> pd.DataFrame:
    """The features as a candidate takes them, indexed by the equipment."""
    return rows[list(features)].set_axis(rows["unit"], axis=0)


@threadpool_limits.wrap(limits=1)  # beside a busy Spark, several threads wait for each other
def run(
    frame: pd.DataFrame,
    recipes: Mapping[str, Candidate],
    features: Sequence[str],
    horizons_d: Sequence[int],
    seed: int,
    splits: Sequence[Split] | None = None,
) -> Backtest:
    """Back-test the recipes on a landmark frame (`splits.landmarks`).

    splits : `known_splits` of the frame, where they have been made already.

    Cuts before which under `MIN_FAILURES` failures were recorded are left out, and so is *unseen assets, later* where
    its parts are too small to be scored.
    """
    tests = plan(frame, horizons_d)
    splits = known_splits(frame, tests) if splits is None else splits
    tested = splits[-TESTED:]
    tables = {KNOWN: _outcomes(tested, KNOWN)}
    require_failures(tables[KNOWN], tests)
    unseen = [unseen_assets_later(frame, split.cut, fold, FOLDS) for fold, split in enumerate(tested)]
    if all(_failures(split) and len(split.test) for split in unseen) and _is_scored(_outcomes(unseen, UNSEEN), tests):
        tables[UNSEEN] = _outcomes(unseen, UNSEEN)
    else:
        unseen = []
    calibrations: dict[str, Calibration] = {}
    failed: dict[str, str] = {}
    fits = Fits(recipes.values(), features, seed)
    for name, recipe in recipes.items():
        try:
            past = [Predicted(split, _predict(fits, recipe, split, KNOWN, features, tests)) for split in splits]
            apart = [Predicted(split, _predict(fits, recipe, split, UNSEEN, features, tests)) for split in unseen]
        except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
            failed[name] = f"{type(error).__name__}: {error}"
            continue
        earlier = [past[: position - len(tested)] for position in range(len(tested))]
        known = past[-TESTED:]
        maps = [_calibrate(frame, earlier[k], now.split.cut, tests) for k, now in enumerate(known)]
        tables[KNOWN] = _with_curves(tables[KNOWN], name, known, maps, tests)
        if apart:
            maps = [_calibrate(frame, earlier[k], now.split.cut, tests, held_out=k) for k, now in enumerate(apart)]
            tables[UNSEEN] = _with_curves(tables[UNSEEN], name, apart, maps, tests)
        calibrations[name] = _calibrate(frame, past, end_of_records(frame).date(), tests)
    scores = [score for rows in tables.values() for name in calibrations for score in _scores(rows, name, tests, seed)]
    return Backtest(tests, pd.concat(tables.values(), ignore_index=True), pd.DataFrame(scores), calibrations, failed)


def known_splits(frame: pd.DataFrame, tests: Plan) -> list[Split]:
    """*Known assets, later* at every cut before which enough failures were recorded; the last `TESTED` are the
    test."""
    made = [known_assets_later(frame, cut) for cut in tests.cuts]
    found = [split for split in made if _failures(split) >= MIN_FAILURES]
    if not found:
        last = made[-1]
        raise TooFewFailures("few_before_cut", failures=_failures(last), cut=str(last.cut), needed=MIN_FAILURES)
    return found


def require_to_learn(learned: pd.DataFrame, cut: date) -> None:
    """Refuse to learn from too few failures recorded before a cut."""
    if (failures := int(learned["event"].sum())) < MIN_FAILURES:
        raise TooFewFailures("few_to_learn", failures=failures, cut=str(cut), needed=MIN_FAILURES)


def require_failures(rows: pd.DataFrame, tests: Plan) -> None:
    """Refuse to compare on too few failures, or where nobody was followed to the longest horizon."""
    failures = int(rows["event"].sum())
    if failures < MIN_FAILURES:
        raise TooFewFailures("few_in_windows", failures=failures, needed=MIN_FAILURES)
    anyones = np.ones((len(rows), len(tests.times)))
    metrics.brier_rows(rows["time_d"].to_numpy(float), rows["event"].to_numpy(bool), anyones, tests.times)


def _is_scored(rows: pd.DataFrame, tests: Plan) -> bool:
    try:
        require_failures(rows, tests)
    except TooFewFailures:
        return False
    return True


def _failures(split: Split) -> int:
    return int(split.train["event"].sum())


@dataclass(frozen=True)
class Predicted:
    """A split's test rows and their predicted cumulative hazard (n, m), not calibrated."""

    split: Split
    hazard: Floats


def _outcomes(splits: Sequence[Split], test: str) -> pd.DataFrame:
    """The test rows of all cuts with what came after them."""
    columns = ["unit", "_source", "item_id", "equipment_class", "age_d", "as_of", "time_d", "event"]
    tables = [
        split.test[split.test.columns.intersection(columns)].assign(test=test, cut=pd.Timestamp(split.cut))
        for split in splits
    ]
    return pd.concat(tables, ignore_index=True)


def _predict(fits: Fits, recipe: Candidate, split: Split, test: str, features: Sequence[str], tests: Plan) -> Floats:
    fitted = fits.of(recipe, split.train, (test, split.cut))
    return cumulative_hazard(fitted, inputs(split.test, features), tests.times)


def _calibrate(
    frame: pd.DataFrame, past: Sequence[Predicted], cut: date, tests: Plan, held_out: int | None = None
) -> Calibration:
    """The map learned from earlier cuts' predictions, judged by what was known at `cut`; without the held-out fold."""
    if not past:
        return Calibration.none()
    lag_d = record_lag_d(frame, cut)
    rows = pd.concat([known_by(predicted.split.test, cut, lag_d) for predicted in past])
    is_used = (rows["time_d"] > 0).to_numpy()
    if held_out is not None:
        is_used &= ~in_fold(rows["unit"], held_out, FOLDS).to_numpy()
    hazard = np.concatenate([predicted.hazard for predicted in past])[is_used]
    time_d, event = rows["time_d"].to_numpy(float)[is_used], rows["event"].to_numpy(bool)[is_used]
    return Calibration.fit(tests.horizons_d, tests.times, hazard, time_d, event)


def _with_curves(
    rows: pd.DataFrame, name: str, predicted: Sequence[Predicted], maps: Sequence[Calibration], tests: Plan
) -> pd.DataFrame:
    """The rows with the candidate's calibrated survival at each horizon and its part of the integrated Brier score."""
    hazard = np.concatenate([m.apply(tests.times, p.hazard) for m, p in zip(maps, predicted, strict=True)])
    curve = np.exp(-hazard)
    at = {f"{name}.s_{h}": curve[:, np.searchsorted(tests.times, h)] for h in tests.horizons_d}
    time_d, event, last = rows["time_d"].to_numpy(float), rows["event"].to_numpy(bool), tests.horizons_d[-1]
    for share in QUANTILES:
        by = quantile(tests.times, hazard, share)
        at[f"{name}.p{round(100 * share)}_d"] = np.where(by <= last, by, np.nan)
    at[f"{name}.at_end"] = np.exp(-at_own_time(tests.times, hazard, np.minimum(time_d, last)))
    return rows.assign(**at, **{f"{name}.integrated_brier": metrics.brier_rows(time_d, event, curve, tests.times)})


def _scores(rows: pd.DataFrame, name: str, tests: Plan, seed: int) -> list[dict[str, object]]:
    """The candidate's scores on one test, each with its interval over equipment."""
    unit, one = rows["unit"].to_numpy(), np.ones(len(rows))
    time_d, event = rows["time_d"].to_numpy(float), rows["event"].to_numpy(bool)
    brier, last = rows[f"{name}.integrated_brier"].to_numpy(), tests.horizons_d[-1]
    pairs = np.random.default_rng(seed).permutation(len(rows))[:PAIRED_ROWS]
    paired = time_d[pairs], event[pairs], 1.0 - rows[f"{name}.s_{last}"].to_numpy()[pairs]

    def score(metric: str, horizon_d: int, of: Callable[[Floats], Floats], at: np.ndarray, failures: int) -> dict:
        interval = metrics.bootstrap(of, unit[at], one[at], DRAWS, seed)
        place = {"test": rows["test"].iloc[0], "candidate": name, "metric": metric, "horizon_d": horizon_d}
        return {**place, **asdict(interval), "failures": failures}

    every = np.arange(len(rows))
    found = [
        score("integrated_brier", last, lambda w: metrics.weighted_mean(brier, w), every, int(event.sum())),
        score("harrell_c", last, lambda w: metrics.harrell_c(*paired, w), pairs, int(paired[1].sum())),
        score("uno_c", last, lambda w: metrics.uno_c(*paired, last, w), pairs, int(paired[1].sum())),
    ]
    for h in tests.horizons_d:
        at_h = rows[f"{name}.s_{h}"].to_numpy()
        failures = int((event & (time_d <= h)).sum())
        of = partial(metrics.observed_expected, time_d, event, at_h, h)
        found.append(score("observed_expected", h, of, every, failures))
    p10_d = rows[f"{name}.p10_d"].to_numpy()
    at_risk = np.flatnonzero(~np.isnan(p10_d))
    ended = time_d[at_risk], event[at_risk], p10_d[at_risk]
    if (failed := int((ended[1] & (ended[0] <= ended[2])).sum())) > 0:
        found.append(score("failed_by_p10", last, lambda w: metrics.failed_by(*ended, w), at_risk, failed))
    return found
