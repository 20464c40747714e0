"""Scores of survival predictions: pure functions, days and probabilities in, numbers out.

Common arguments
----------------
time_d : (n,) days to the failure or the censoring, > 0.
event : (n,) bool, True where the time ended in a failure.
weight : (n,) weights, or (draws, n): one row per bootstrap draw. The score then has shape (draws,).

Each raises `TooFewFailures` where no time ended in a failure: nothing can be scored then.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2
from sksurv.nonparametric import CensoringDistributionEstimator

from models.candidate import Bools, Floats, survival
from models.errors import TooFewFailures

MIN_UNITS = 20
"""No interval is claimed with fewer units than this."""

TIED_RISK = 1e-8


@dataclass(frozen=True)
class Interval:
    """A score with the 95 % bootstrap interval over `units`; `low` and `high` are None where `reason` says why."""

    value: float
    low: float | None
    high: float | None
    units: int
    reason: str = ""


def harrell_c(time_d: Floats, event: Bools, risk: Floats, weight: Floats) -> Floats:
    """Harrell's C: the share of comparable pairs in which the one that failed first had the higher risk (n,).

    Equal to `sksurv.metrics.concordance_index_censored` at unit weights; that one takes neither weights nor draws.
    Harrell et al., Statistics in Medicine 15 (1996) 361.
    """
    _require_failures(event)
    return _concordance(time_d, event, risk, weight, np.ones(int(event.sum())))


def uno_c(time_d: Floats, event: Bools, risk: Floats, tau_d: float, weight: Floats) -> Floats:
    """Uno's C up to `tau_d` days: as Harrell's, but freed of the censoring by its inverse probability.

    Equal to `sksurv.metrics.concordance_index_ipcw` at unit weights. Uno et al., Statistics in Medicine 30 (2011) 1105.
    """
    _require_failures(event & (time_d < tau_d))
    inverse = 1.0 / censoring(time_d, event)(time_d[event])
    return _concordance(time_d, event, risk, weight, np.where(time_d[event] < tau_d, inverse**2, 0.0))


def brier_rows(time_d: Floats, event: Bools, survival_at: Floats, times: Floats) -> Floats:
    """(n,): each row's part of the integrated Brier score, so that scores can be paired and resampled by row.

    survival_at : (n, m) predicted survival at `times` (m,), m ≥ 2, days, ascending.
    Weighted by the inverse probability of censoring; the mean of the rows is
    `sksurv.metrics.integrated_brier_score`. Graf et al., Statistics in Medicine 18 (1999) 2529.
    """
    _require_failures(event)
    g = censoring(time_d, event)
    if np.isinf(g(times[-1:])[0]):
        raise TooFewFailures("not_followed", days=f"{times[-1]:.0f}")
    is_failed = (time_d[:, None] <= times) & event[:, None]
    is_alive = time_d[:, None] > times
    squares = np.where(is_failed, survival_at**2, 0.0) / g(time_d)[:, None]
    squares += np.where(is_alive, (1.0 - survival_at) ** 2, 0.0) / g(times)
    return np.trapezoid(squares, times, axis=1) / (times[-1] - times[0])


def weighted_mean(rows: Floats, weight: Floats) -> Floats:
    """Mean of row scores: the integrated Brier score of `brier_rows`."""
    return (weight @ rows) / weight.sum(axis=-1)


def observed(time_d: Floats, event: Bools, horizon_d: float, weight: Floats) -> Floats:
    """Share failed by `horizon_d` days: one minus the Kaplan–Meier estimate."""
    _require_failures(event)
    order = np.argsort(time_d, kind="stable")
    times, starts = np.unique(time_d[order], return_index=True)
    w = np.atleast_2d(weight)[:, order]
    at_risk = np.cumsum(w[:, ::-1], axis=1)[:, ::-1][:, starts]
    failed = np.add.reduceat(w * event[order], starts, axis=1)
    is_in = times <= horizon_d
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(at_risk > 0, failed / at_risk, 0.0)[:, is_in]
    share = 1.0 - np.prod(1.0 - np.clip(hazard, 0.0, 1.0), axis=1)
    return share if weight.ndim == 2 else share[0]


def observed_expected(time_d: Floats, event: Bools, survival_at: Floats, horizon_d: float, weight: Floats) -> Floats:
    """Observed over expected share failed by `horizon_d` days: 1 is calibrated, above 1 too optimistic.

    survival_at : (n,) predicted survival at the horizon.
    """
    return observed(time_d, event, horizon_d, weight) / weighted_mean(1.0 - survival_at, weight)


def failed_by(time_d: Floats, event: Bools, quantile_d: Floats, weight: Floats) -> Floats:
    """Share failed by their own predicted quantile: 10 % by p10 is calibrated. One minus Kaplan–Meier on time in units of
    the quantile, so that rows censored before it count for as long as they were seen.

    quantile_d : (n,) days, > 0; rows whose quantile lies beyond their test's horizon must be left out.
    """
    return observed(time_d / quantile_d, event, 1.0, weight)


def d_calibration(survival_at_end: Floats, event: Bools, bins: int = 10) -> tuple[Floats, Floats]:
    """(bins,) twice, from survival 1 down to 0: rows that ended where their predicted survival lay in the bin, and of
    these the failures that were seen. Under the true law every bin holds the same number of rows.

    survival_at_end : (n,) the survival predicted for each row's own time; a row that was censored there is spread over
    the survivals left to it, as the model would have it. Haider et al., J. Machine Learning Research 21 (2020) 85.
    """
    edges = np.linspace(1.0, 0.0, bins + 1)
    at = np.clip(survival_at_end, 1e-12, 1.0)
    place = np.clip(np.searchsorted(-edges, -at, side="left") - 1, 0, bins - 1)
    seen = np.bincount(place[event], minlength=bins).astype(float)
    left = at[~event, None]
    spread = np.clip(np.minimum(left, edges[:-1]) - edges[1:], 0.0, None) / left
    return seen + spread.sum(axis=0), seen


def evenness(counts: Floats, seen: Floats, min_failures: int) -> tuple[int, float | None]:
    """Of `d_calibration`: how many bins, from the first on, hold `min_failures` failures seen, and the p of these being as
    full as they should be, the others pooled; None where there is no such bin."""
    bins, rows = len(counts), counts.sum()
    observable = int(np.argmin([*(seen >= min_failures), False]))
    if not observable:
        return 0, None
    sizes = np.array([1] * observable + [bins - observable] * (observable < bins))
    cells, even = np.add.reduceat(counts, np.cumsum(sizes) - sizes), rows * sizes / bins
    return observable, float(chi2.sf(((cells - even) ** 2 / even).sum(), len(sizes) - 1))


def net_benefit(
    time_d: Floats, event: Bools, risk: Floats, horizon_d: float, threshold: float, weight: Floats
) -> Floats:
    """Failures met per row less the needless jobs, each at the odds of the threshold, if a job is planned wherever the
    risk (n,) of failing by the horizon is at least the threshold; 0 is what planning nothing comes to.

    Failures among the chosen by Kaplan–Meier. Vickers and Elkin, Medical Decision Making 26 (2006) 565; Vickers et al.,
    BMC Medical Informatics and Decision Making 8 (2008) 53.
    """
    chosen = risk >= threshold
    if not chosen.any():
        return np.zeros(weight.shape[:-1])
    share = weight[..., chosen].sum(axis=-1) / weight.sum(axis=-1)
    failed = failed_share(time_d[chosen], event[chosen], horizon_d, weight[..., chosen])
    return share * (failed - (1.0 - failed) * threshold / (1.0 - threshold))


def failed_share(time_d: Floats, event: Bools, horizon_d: float, weight: Floats) -> Floats:
    """As `observed`, of a part of the rows in which none may have failed."""
    return observed(time_d, event, horizon_d, weight) if event.any() else np.zeros(weight.shape[:-1])


def kaplan_meier(time_d: Floats, event: Bools, weight: Floats) -> tuple[Floats, Floats]:
    """Times (days, ascending) and the survival just after each. Kaplan and Meier, JASA 53 (1958) 457."""
    times, index = np.unique(time_d, return_inverse=True)
    at_risk = np.cumsum(np.bincount(index, weight)[::-1])[::-1]
    failed = np.bincount(index, weight * event)
    return times, np.cumprod(1.0 - failed / at_risk).astype(np.float64)


def censoring(time_d: Floats, event: Bools) -> Callable[[Floats], Floats]:
    """G(t), the probability of not being censored by `t` days (reverse Kaplan–Meier); infinite where it is 0, so that
    such a row weighs nothing."""
    estimator = CensoringDistributionEstimator().fit(survival(time_d, event))
    last = float(np.max(time_d))

    def g(t: Floats) -> Floats:
        probability = estimator.predict_proba(np.minimum(t, last))
        return np.where(probability > 0, probability, np.inf)

    return g


def bootstrap(metric: Callable[[Floats], Floats], unit: np.ndarray, weight: Floats, n: int, seed: int) -> Interval:
    """The score and its 95 % percentile interval over `n` draws of units (equipment) with replacement.

    metric : weights (n_rows,) or (draws, n_rows) to score.
    unit : (n_rows,) the equipment of each row; its rows are drawn together.
    """
    value = float(metric(weight))
    names, index = np.unique(unit, return_inverse=True)
    if len(names) < MIN_UNITS:
        return Interval(value, None, None, len(names), f"{len(names)} units; {MIN_UNITS} are needed for an interval")
    scores = metric(draws(len(names), n, seed)[:, index] * weight)
    scores = scores[np.isfinite(scores)]
    low, high = np.quantile(scores, [0.025, 0.975])
    return Interval(value, float(low), float(high), len(names))


def draws(units: int, n: int, seed: int) -> Floats:
    """(n, units): how often each unit is drawn in each of n bootstrap draws."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(units, np.full(units, 1.0 / units), size=n).astype(float)


def _concordance(time_d: Floats, event: Bools, risk: Floats, weight: Floats, case_weight: Floats) -> Floats:
    """Weighted concordance over pairs of a failed row and a row that lived longer; memory is (failures × rows)."""
    cases = np.flatnonzero(event)
    first = time_d[cases, None]
    is_pair = (time_d > first) | ((time_d == first) & ~event)
    gap = risk[cases, None] - risk
    wins = is_pair * np.where(np.abs(gap) <= TIED_RISK, 0.5, gap > 0)
    w = np.atleast_2d(weight)
    left = w[:, cases] * case_weight
    score = ((left @ wins) * w).sum(axis=1) / ((left @ is_pair.astype(float)) * w).sum(axis=1)
    return score if weight.ndim == 2 else score[0]


def _require_failures(event: Bools) -> None:
    if not np.any(event):
        raise TooFewFailures("all_censored", rows=len(event))
