"""Is one candidate really better than another, for whom, and by how much.

Candidates are compared on the rows of a back-test (`backtest.Backtest.rows`), the same rows for all, so that what is
common to a row falls out of the differences. Every interval holds with 95 % and is a bootstrap over equipment; where there
are under 20 units or 20 failures nothing is claimed. A difference is always candidate minus reference.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from models import metrics
from models.backtest import DRAWS, KNOWN, MIN_FAILURES, PAIRED_ROWS, QUANTILES
from models.candidate import Floats
from models.errors import NotComparable
from models.gate import Rules
from models.metrics import MIN_UNITS

KEYS = ["test", "cut", "_source", "item_id", "as_of"]
OUTCOME = ["time_d", "event"]
MOST_CHANGED = 0.01
"""Two runs are not compared where more of their rows have another outcome than this share."""

MEAN_DRAWS = 1_000
CONFIDENCE = 0.95
BINS = 10
THRESHOLDS = (0.05, 0.1, 0.2)
"""Probabilities at which a job is planned, where no contract's costs say."""

CURVE = tuple(float(share) for share in np.round(np.linspace(0.02, 0.5, 25), 2))
AGES_D = {"under 1 year": 365, "1 to 3 years": 3 * 365, "3 to 10 years": 3650, "over 10 years": math.inf}

Finding = Literal["better", "worse", "not shown", "the same", "too few to tell"]


@dataclass(frozen=True)
class Claim:
    """A number with its interval; `low` and `high` are None where `reason` says why nothing is claimed."""

    value: float
    low: float | None
    high: float | None
    rows: int
    units: int
    failures: int
    reason: str = ""

    def finding(self, lower_is_better: bool) -> Finding:
        """What a difference comes to."""
        if self.low is None or self.high is None:
            return "too few to tell"
        if self.low == self.high == 0:
            return "the same"
        if self.low <= 0 <= self.high:
            return "not shown"
        return "better" if (self.high < 0) == lower_is_better else "worse"


@dataclass(frozen=True)
class Difference:
    """A candidate's score beside the reference's. Of observed/expected `difference` is in |log O/E|: how far from 1."""

    test: str
    candidate: str
    metric: str
    horizon_d: int
    score: float
    reference_score: float
    difference: Claim
    finding: Finding


@dataclass(frozen=True)
class Group:
    """The difference in integrated Brier within a group, its interval widened for the number of groups of its kind."""

    candidate: str
    kind: str
    group: str
    difference: Claim
    finding: Finding


@dataclass(frozen=True)
class Decile:
    """Rows of about the same predicted probability, and the share that failed."""

    candidate: str
    horizon_d: int
    predicted: float
    observed: Claim


@dataclass(frozen=True)
class Distribution:
    """D-calibration: the share of rows in each bin of survival, from 1 down to 0, and whether they are even.

    `seen`: the share that are failures seen. `observable`: from the first bin on, how many hold enough of them to be
    judged; `p` is of these, the others pooled (None where there are none).
    """

    candidate: str
    shares: tuple[float, ...]
    seen: tuple[float, ...]
    observable: int
    p: float | None


@dataclass(frozen=True)
class Coverage:
    """Of the rows whose predicted quantile lies within the horizon, the share that failed by it (`expected` if right);
    `kind` p10-p90 is the share that failed between the two. `reach`: the share of all rows that this is of."""

    candidate: str
    kind: str
    horizon_d: int
    expected: float
    reach: float
    share: Claim


@dataclass(frozen=True)
class Curve:
    """Survival of a group: observed by Kaplan–Meier, and each candidate's mean prediction at the horizons."""

    group: str
    times_d: tuple[float, ...]
    survival: tuple[float, ...]
    at_horizons: tuple[Claim, ...]
    predicted: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Decision:
    """Net benefit per row by threshold (`CURVE`), of each candidate and of planning a job for everything."""

    horizon_d: int
    benefit: Mapping[str, tuple[float, ...]]
    for_all: tuple[float, ...]


@dataclass(frozen=True)
class Gain:
    """The difference in net benefit at one threshold: failures met per row at no more needless jobs."""

    candidate: str
    horizon_d: int
    threshold: float
    benefit: float
    reference_benefit: float
    difference: Claim
    finding: Finding


@dataclass(frozen=True)
class Comparison:
    """All that was found. `candidates` starts with the reference; `sentences` has one per other candidate; `runs`: the
    trainings that it is of, where they are known."""

    population: str
    reference: str
    candidates: tuple[str, ...]
    horizons_d: tuple[int, ...]
    time_unit: str
    rows: int
    units: int
    failures: int
    sentences: Mapping[str, str]
    differences: tuple[Difference, ...]
    groups: tuple[Group, ...]
    calibration: tuple[Decile, ...]
    distributions: tuple[Distribution, ...]
    coverage: tuple[Coverage, ...]
    checkable: Mapping[str, str]
    curves: tuple[Curve, ...]
    decisions: tuple[Decision, ...]
    thresholds: tuple[float, ...]
    thresholds_from: str
    gains: tuple[Gain, ...]
    runs: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """JSON's own types only."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


@dataclass(frozen=True)
class Sample:
    """Rows with the weights (1 + draws, n) by which they are scored: first as they are, then in each draw of units."""

    rows: pd.DataFrame
    weights: Floats

    @classmethod
    def of(cls, rows: pd.DataFrame, seed: int, draws: int = DRAWS) -> "Sample":
        """The rows in `draws` bootstrap draws of their units."""
        units, index = np.unique(rows["unit"].to_numpy(), return_inverse=True)
        drawn = metrics.draws(len(units), draws, seed)[:, index]
        return cls(rows.reset_index(drop=True), np.vstack([np.ones(len(rows)), drawn]))

    def part(self, at: np.ndarray) -> "Sample":
        """Some of the rows, in the same draws."""
        return Sample(self.rows.iloc[at].reset_index(drop=True), self.weights[:, at])

    def __getitem__(self, column: str) -> Floats:
        return self.rows[column].to_numpy(float)

    @property
    def event(self) -> np.ndarray:
        return self.rows["event"].to_numpy(bool)

    def failures(self, by_d: float | Floats = math.inf) -> int:
        """How many failed by a time."""
        return int((self.event & (self["time_d"] <= by_d)).sum())

    def claim(self, scores: Floats, failures: int, min_failures: int = MIN_FAILURES) -> Claim:
        """Scores (1 + draws,) as a claim."""
        return claim(scores, len(self.rows), int(self.rows["unit"].nunique()), failures, min_failures)


@threadpool_limits.wrap(limits=1)  # beside a busy Spark, several threads wait for each other
def compare(
    rows: pd.DataFrame,
    candidates: Sequence[str],
    reference: str,
    horizons_d: Sequence[int],
    population: str = "",
    costs: Sequence[float] = (),
    seed: int = 0,
    time_unit: str = "days",
) -> Comparison:
    """Compare candidates of a back-test with a reference.

    rows : `Backtest.rows`, with each candidate's columns. costs : what a planned job costs over what a failure does, of
    each contract that says: the probability from which a job pays.
    """
    others = [name for name in candidates if name != reference]
    names = [reference, *others]
    known = Sample.of(rows[rows["test"] == KNOWN], seed)
    tests = [known, *(Sample.of(part, seed) for test, part in rows.groupby("test") if test != KNOWN)]
    found: list[Difference] = []
    for sample in tests:
        of = {name: scores(sample, name, horizons_d, seed) for name in names}
        brier = primary(sample, others, reference, seed)
        found += [d for name in others for d in differences(sample, name, of[name], of[reference], brier[name])]
    for_whom = sorted(groups(known.rows, others, reference, seed), key=lambda group: others.index(group.candidate))
    covered = tuple(cover for name in names for cover in coverage(known, name, horizons_d))
    paying = sorted(round(share, 2) for share in costs if CURVE[0] <= share <= CURVE[-1])
    thresholds = tuple(dict.fromkeys((paying[0], paying[-1]))) if paying else THRESHOLDS
    return Comparison(
        population=population,
        reference=reference,
        candidates=tuple(names),
        horizons_d=tuple(horizons_d),
        time_unit=time_unit,
        rows=len(known.rows),
        units=int(known.rows["unit"].nunique()),
        failures=known.failures(),
        sentences={name: sentence(name, reference, found, for_whom, horizons_d, time_unit) for name in others},
        differences=tuple(found),
        groups=tuple(for_whom),
        calibration=tuple(d for name in names for h in horizons_d for d in deciles(known, name, h)),
        distributions=tuple(distribution(known.rows, name, horizons_d[-1]) for name in names),
        coverage=covered,
        checkable={name: checkable([c for c in covered if c.candidate == name], time_unit) for name in names},
        curves=tuple(curves(known, names, horizons_d)),
        decisions=tuple(decision(known.rows, names, h) for h in horizons_d),
        thresholds=thresholds,
        thresholds_from="the contracts' costs" if paying else "a range, as no contract states costs",
        gains=tuple(g for name in others for h in horizons_d for g in gains(known, name, reference, h, thresholds)),
    )


def shared(a: pd.DataFrame, b: pd.DataFrame, a_name: str = "the first run", b_name: str = "the second") -> pd.DataFrame:
    """The rows that two back-tests have in common, with the candidates' columns of both (their names must differ).

    Raises `NotComparable` where there are none, or where what came after them was recorded otherwise.
    """
    predicted = [column for column in b.columns if "." in column]
    both = a.merge(b[[*KEYS, *OUTCOME, *predicted]], on=KEYS, suffixes=("", "|b"))
    if both.empty:
        raise NotComparable(
            f"{a_name} and {b_name} have no row in common: {_tested(a_name, a)}, {_tested(b_name, b)}; "
            "a row is an item at a date, predicted from the same cut: train both on the same records"
        )
    same = (both["event"] == both["event|b"]) & (both["time_d"] == both["time_d|b"])
    if (changed := float(1 - same.mean())) > MOST_CHANGED:
        raise NotComparable(
            f"{a_name} and {b_name} know different outcomes of {changed:.0%} of their {len(both)} common rows: "
            "their records differ; train both on the same records"
        )
    return both.loc[same].drop(columns=[f"{column}|b" for column in OUTCOME]).reset_index(drop=True)


def renamed(rows: pd.DataFrame, candidate: str, label: str) -> pd.DataFrame:
    """The rows with one candidate's columns alone, under another name."""
    own = {c: label + c.removeprefix(candidate) for c in rows.columns if c.startswith(f"{candidate}.")}
    return rows[[*(c for c in rows.columns if "." not in c), *own]].rename(columns=own)


def claim(drawn: Floats, rows: int, units: int, failures: int, min_failures: int = MIN_FAILURES) -> Claim:
    """A score (first) and its bootstrap draws as a claim with a percentile interval, if there is enough to tell."""
    value = float(drawn[0])
    reason = _too_few(units, failures, min_failures)
    finite = drawn[1:][np.isfinite(drawn[1:])]
    if reason or not len(finite):
        return Claim(value, None, None, rows, units, failures, reason or "it cannot be computed")
    low, high = np.quantile(finite, [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2])
    return Claim(value, float(low), float(high), rows, units, failures)


def mean_by_unit(values: Floats, unit: np.ndarray, seed: int) -> Floats:
    """(1 + draws, k): the means over rows of values (n, k), as they are and in each bootstrap draw of units."""
    names, index = np.unique(unit, return_inverse=True)
    sums = np.stack([np.bincount(index, column) for column in values.T], axis=1)
    drawn = metrics.draws(len(names), MEAN_DRAWS, seed)
    return np.vstack([values.mean(axis=0), (drawn @ sums) / (drawn @ np.bincount(index))[:, None]])


def brier_gaps(rows: pd.DataFrame, names: Sequence[str], reference: str) -> Floats:
    """(n, k): each candidate's part of the integrated Brier score less the reference's."""
    own = rows[[f"{name}.integrated_brier" for name in names]].to_numpy(float)
    return own - rows[[f"{reference}.integrated_brier"]].to_numpy(float)


def primary(sample: Sample, names: Sequence[str], reference: str, seed: int) -> dict[str, Claim]:
    """Each candidate's difference in integrated Brier score."""
    drawn = mean_by_unit(brier_gaps(sample.rows, names, reference), sample.rows["unit"].to_numpy(), seed)
    return {name: sample.claim(column, sample.failures()) for name, column in zip(names, drawn.T, strict=True)}


def scores(sample: Sample, name: str, horizons_d: Sequence[int], seed: int) -> dict[tuple[str, int], Floats]:
    """(1 + draws,) of each metric and horizon."""
    last = horizons_d[-1]
    found = {("integrated_brier", last): metrics.weighted_mean(sample[f"{name}.integrated_brier"], sample.weights)}
    pairs = sample.part(np.random.default_rng(seed).permutation(len(sample.rows))[:PAIRED_ROWS])
    if pairs.failures(last - 1) > 0:
        risk = 1.0 - pairs[f"{name}.s_{last}"]
        outcome = pairs["time_d"], pairs.event
        with np.errstate(invalid="ignore"):  # of few rows a draw may hold no pair to compare
            found["harrell_c", last] = metrics.harrell_c(*outcome, risk, pairs.weights)
            found["uno_c", last] = metrics.uno_c(*outcome, risk, last, pairs.weights)
    for h in horizons_d:
        observed = metrics.failed_share(sample["time_d"], sample.event, h, sample.weights)
        found["observed_expected", h] = observed / metrics.weighted_mean(1.0 - sample[f"{name}.s_{h}"], sample.weights)
    return found


def differences(
    sample: Sample,
    name: str,
    own: Mapping[tuple[str, int], Floats],
    other: Mapping[tuple[str, int], Floats],
    brier: Claim,
) -> Iterator[Difference]:
    """A candidate's differences from the reference, from the draws of both; `brier` is that of the Brier score."""
    for (metric, horizon_d), drawn in own.items():
        failures = sample.failures(horizon_d)
        if metric == "integrated_brier":
            gap = brier
        elif metric == "observed_expected":
            with np.errstate(divide="ignore", invalid="ignore"):
                gap = sample.claim(
                    np.abs(np.log(drawn)) - np.abs(np.log(other[metric, horizon_d])), failures, MIN_FAILURES
                )
        else:
            gap = sample.claim(drawn - other[metric, horizon_d], failures)
        yield Difference(
            test=str(sample.rows["test"].iloc[0]),
            candidate=name,
            metric=metric,
            horizon_d=horizon_d,
            score=float(drawn[0]),
            reference_score=float(other[metric, horizon_d][0]),
            difference=gap,
            finding=gap.finding(lower_is_better=not metric.endswith("_c")),
        )


def groups(rows: pd.DataFrame, names: Sequence[str], reference: str, seed: int) -> Iterator[Group]:
    """The differences in integrated Brier by equipment class, by source and by age, where there is more than one."""
    kinds = {"class": rows["equipment_class"].fillna("unknown"), "source": rows["_source"]}
    if "age_d" in rows:
        kinds["age"] = age_band(rows["age_d"])
    gaps = brier_gaps(rows, names, reference)
    for kind, group in kinds.items():
        parts = [(label, group.index.get_indexer(at.index)) for label, at in group.groupby(group, observed=True)]
        if len(parts) < 2:
            continue
        for label, at in parts:
            for name, one in zip(names, _in_group(gaps[at], rows.iloc[at], len(parts), seed), strict=True):
                yield Group(name, kind, str(label), one, one.finding(lower_is_better=True))


def _in_group(gaps: Floats, rows: pd.DataFrame, tried: int, seed: int) -> list[Claim]:
    """A group's means with intervals that all `tried` groups keep together (Bonferroni; normal, as so far out in the
    tail there are too few draws)."""
    size = len(rows), int(rows["unit"].nunique()), int(rows["event"].sum())
    if reason := _too_few(*size[1:]):
        return [Claim(float(mean), None, None, *size, reason) for mean in gaps.mean(axis=0)]
    drawn = mean_by_unit(gaps, rows["unit"].to_numpy(), seed)
    wide = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / tried) * drawn[1:].std(axis=0)
    return [Claim(float(m), float(m - w), float(m + w), *size) for m, w in zip(drawn[0], wide, strict=True)]


def age_band(age_d: pd.Series) -> pd.Series:
    """Ages in days as bands of `AGES_D`; unknown where they are."""
    bands = pd.cut(age_d, [-math.inf, *AGES_D.values()], labels=list(AGES_D))
    return bands.cat.add_categories("unknown").fillna("unknown")


def deciles(sample: Sample, name: str, horizon_d: int) -> Iterator[Decile]:
    """Rows in up to ten parts of rising predicted probability, and the share of each that failed (Kaplan–Meier)."""
    risk = 1.0 - sample[f"{name}.s_{horizon_d}"]
    edges = np.unique(np.quantile(risk, np.linspace(0, 1, BINS + 1)[1:-1]))
    place = np.searchsorted(edges, risk, side="left")
    for part in np.unique(place):
        within = sample.part(np.flatnonzero(place == part))
        share = metrics.failed_share(within["time_d"], within.event, horizon_d, within.weights)
        observed = within.claim(share, within.failures(horizon_d), min_failures=1)
        yield Decile(name, horizon_d, float(risk[place == part].mean()), observed)


def distribution(rows: pd.DataFrame, name: str, last_d: int) -> Distribution:
    """D-calibration up to the longest horizon: where a row was not followed, it counts as the model would have it."""
    event = (rows["event"] & (rows["time_d"] <= last_d)).to_numpy(bool)
    counts, seen = metrics.d_calibration(rows[f"{name}.at_end"].to_numpy(float), event, BINS)
    observable, p = metrics.evenness(counts, seen, MIN_FAILURES)
    return Distribution(name, tuple(counts / len(rows)), tuple(seen / len(rows)), observable, p)


def coverage(sample: Sample, name: str, horizons_d: Sequence[int]) -> Iterator[Coverage]:
    """By horizon: of the rows whose quantile lies within it, the share that failed by then."""
    columns = {share: f"p{round(100 * share)}_d" for share in QUANTILES}
    for h in horizons_d:
        for share, column in columns.items():
            at = np.flatnonzero(sample[f"{name}.{column}"] <= h)
            yield _covered(sample, at, name, column.removesuffix("_d"), h, share)
        at = np.flatnonzero(sample[f"{name}.p90_d"] <= h)
        yield _covered(sample, at, name, "p10-p90", h, QUANTILES[-1] - QUANTILES[0])


def _covered(sample: Sample, at: np.ndarray, name: str, kind: str, horizon_d: int, expected: float) -> Coverage:
    part = sample.part(at)
    reach = len(at) / len(sample.rows)
    low, _, high = kind.rpartition("-")
    if not part.event.any():
        nothing = Claim(math.nan, None, None, len(at), int(part.rows["unit"].nunique()), 0, "too few to tell")
        return Coverage(name, kind, horizon_d, expected, reach, nothing)
    outcome = part["time_d"], part.event
    drawn = metrics.failed_by(*outcome, part[f"{name}.{high}_d"], part.weights)
    if low:
        drawn = drawn - metrics.failed_by(*outcome, part[f"{name}.{low}_d"], part.weights)
    share = part.claim(drawn, part.failures(part[f"{name}.{high}_d"]))
    return Coverage(name, kind, horizon_d, expected, reach, share)


def checkable(found: Sequence[Coverage], time_unit: str) -> str:
    """Up to where a candidate's p10 to p90 can be held to what happened."""
    told = [c for c in found if c.kind == "p10-p90" and c.share.low is not None]
    last = max(c.horizon_d for c in found)
    if told:
        best = max(told, key=lambda c: c.horizon_d)
        return (
            f"p10 to p90 held {best.share.value:.0%} ({best.share.low:.0%} to {best.share.high:.0%}; 80% is right) of the "
            f"{best.reach:.0%} of rows whose p90 lies within {best.horizon_d} {time_unit}; not yet checkable beyond "
            f"{last} {time_unit}"
        )
    reach = max(c.reach for c in found if c.kind == "p10-p90")
    return f"p10 to p90: not yet checkable beyond {last} {time_unit}; {reach:.0%} of rows have their p90 within these"


def curves(sample: Sample, names: Sequence[str], horizons_d: Sequence[int], most: int = 5) -> Iterator[Curve]:
    """Observed and predicted survival, of all rows and of the classes with the most rows."""
    classes = sample.rows["equipment_class"].fillna("unknown")
    sizes = classes.value_counts()
    picked = sorted(sizes.index[sizes >= MIN_UNITS][:most]) if len(sizes) > 1 else []
    for group in ("all", *picked):
        part = sample if group == "all" else sample.part(np.flatnonzero(classes == group))
        times, share = metrics.kaplan_meier(part["time_d"], part.event, part.weights[0])
        grid = np.linspace(0, horizons_d[-1], 50)
        steps = np.concatenate([[1.0], share])[np.searchsorted(times, grid, side="right")]
        at = [
            part.claim(1 - metrics.failed_share(part["time_d"], part.event, h, part.weights), part.failures(h), 1)
            for h in horizons_d
        ]
        predicted = {name: tuple(float(part[f"{name}.s_{h}"].mean()) for h in horizons_d) for name in names}
        yield Curve(str(group), tuple(grid.tolist()), tuple(steps.tolist()), tuple(at), predicted)


def decision(rows: pd.DataFrame, names: Sequence[str], horizon_d: int) -> Decision:
    """The decision curve at a horizon."""
    time_d, event, one = rows["time_d"].to_numpy(float), rows["event"].to_numpy(bool), np.ones(len(rows))

    def benefit(risk: Floats) -> tuple[float, ...]:
        return tuple(float(metrics.net_benefit(time_d, event, risk, horizon_d, share, one)) for share in CURVE)

    return Decision(
        horizon_d, {name: benefit(1.0 - rows[f"{name}.s_{horizon_d}"].to_numpy(float)) for name in names}, benefit(one)
    )


def gains(sample: Sample, name: str, reference: str, horizon_d: int, thresholds: Sequence[float]) -> Iterator[Gain]:
    """The difference in net benefit at each threshold."""
    outcome = sample["time_d"], sample.event

    def benefit(of: str, threshold: float) -> Floats:
        return metrics.net_benefit(*outcome, 1.0 - sample[f"{of}.s_{horizon_d}"], horizon_d, threshold, sample.weights)

    for threshold in thresholds:
        own, other = benefit(name, threshold), benefit(reference, threshold)
        gap = sample.claim(own - other, sample.failures(horizon_d))
        found = gap.finding(lower_is_better=False)
        yield Gain(name, horizon_d, threshold, float(own[0]), float(other[0]), gap, found)


def sentence(
    name: str,
    reference: str,
    found: Sequence[Difference],
    for_whom: Sequence[Group],
    horizons_d: Sequence[int],
    time_unit: str,
) -> str:
    """The verdict on a candidate: by how much, for whom, and what is not shown."""
    of = {(d.metric, d.horizon_d): d for d in found if d.candidate == name and d.test == KNOWN}
    main = of["integrated_brier", horizons_d[-1]]
    gap, on = main.difference, f"on {main.difference.rows:,} rows of {main.difference.units:,} assets"
    if main.finding == "too few to tell":
        return f"{name} against {reference}: too few to tell ({gap.reason})."
    if main.finding == "the same":
        return f"{name} and {reference} predict the same {on}."
    size = f"{abs(gap.value):.4f}" if main.finding != "not shown" else f"{gap.value:+.4f}"
    low, high = sorted((gap.low or 0, gap.high or 0), key=abs)
    interval = f"{abs(low):.4f} to {abs(high):.4f}"
    if main.finding == "not shown":
        return (
            f"{name} is not shown to differ from {reference}: integrated Brier {size} "
            f"(95 % {gap.low:+.4f} to {gap.high:+.4f}; below 0 is better) {on}{_by_class(name, for_whom)}."
            f"{_never_seen(name, found)}"
        )
    share = abs(gap.value) / main.reference_score
    return (
        f"{name} is {main.finding} than {reference} by {size} of integrated Brier (95 % {interval}; {100 * share:.1f} % of "
        f"{main.reference_score:.4f}) {on}{_for_whom(name, main.finding, for_whom)}.{_never_seen(name, found)}"
        f"{_miscalibrated(of.values(), time_unit)}"
    )


def _by_class(name: str, for_whom: Sequence[Group]) -> str:
    """The classes for which a candidate differs that does not differ on the whole."""
    classes = [group for group in for_whom if group.candidate == name and group.kind == "class"]
    told = {finding: [g.group for g in classes if g.finding == finding] for finding in ("better", "worse")}
    return "".join(f"; {finding} for class {', '.join(names)}" for finding, names in told.items() if names)


def _never_seen(name: str, found: Sequence[Difference]) -> str:
    """How it does on assets that training never saw, where that is shown."""
    for d in found:
        is_asked = d.candidate == name and d.test != KNOWN and d.metric == "integrated_brier"
        if is_asked and d.finding in ("better", "worse"):
            low, high = sorted((abs(d.difference.low or 0), abs(d.difference.high or 0)))
            by = f"{abs(d.difference.value):.4f} (95 % {low:.4f} to {high:.4f})"
            return f" On assets never seen, as a new firm's, it is {d.finding} by {by}."
    return ""


def _for_whom(name: str, finding: Finding, for_whom: Sequence[Group]) -> str:
    classes = [group for group in for_whom if group.candidate == name and group.kind == "class"]
    shown = sorted((g for g in classes if g.finding == finding), key=lambda g: -abs(g.difference.value))
    against = [g.group for g in classes if g.finding in ("better", "worse") and g.finding != finding]
    told = {
        "; most for class": [g.group for g in shown[:1]],
        "; also for": [g.group for g in shown[1:]],
        "; the other way round for": against,
        "; not shown for": [g.group for g in classes if g.finding in ("not shown", "the same")],
        "; too few to tell for": [g.group for g in classes if g.finding == "too few to tell"],
    }
    return "".join(f"{words} {', '.join(names)}" for words, names in told.items() if names)


def _miscalibrated(found: Iterable[Difference], time_unit: str) -> str:
    """A word of caution where the longest horizon's failures are far from those foreseen."""
    last = max((d for d in found if d.metric == "observed_expected"), key=lambda d: d.horizon_d)
    low, high = Rules().observed_expected
    if low <= last.score <= high:
        return ""
    wrong = "few" if last.score > 1 else "many"
    return f" It foresees too {wrong} failures: observed/expected {last.score:.2f} at {last.horizon_d} {time_unit}."


def _too_few(units: int, failures: int, min_failures: int = MIN_FAILURES) -> str:
    if units < MIN_UNITS:
        return f"{units} units; {MIN_UNITS} are needed"
    return f"{failures} failures; {min_failures} are needed" if failures < min_failures else ""


def _tested(name: str, rows: pd.DataFrame) -> str:
    days = sorted({f"{cut:%Y-%m-%d}" for cut in rows["cut"]})
    return f"{name} has {len(rows):,} rows from the cuts {', '.join(days)}"


def _plain(value: Any) -> Any:
    """The value in JSON's own types; what is no number becomes null."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
