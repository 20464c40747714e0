"""Survival curves as cumulative hazards on a time grid: interpolation, quantiles, probabilities.

Shapes: `times` (m,), days, ascending, > 0; `hazard` (n, m), the cumulative hazard H(t) = -log S(t) of n items, with
H(0) = 0. Between grid points H is linear (the hazard is constant); beyond the last one it goes on at the mean hazard.
"""

import numpy as np
import pandas as pd

from models.candidate import Candidate, Floats

SMALLEST_SURVIVAL = 1e-9
POINTS = 192
"""Points of a grid. Between two of them hazards are constant, which blurs lives that end sharply: with half as many, the
integrated Brier score of a Weibull regression of shape 290 was 0.0073 for 0.0013 (bench/fleets.py, pysurvival)."""


def time_grid(longest_d: float) -> Floats:
    """Times from one day to the longest follow-up (days), evenly spaced on the log scale."""
    return np.geomspace(1.0, max(float(longest_d), 2.0), POINTS)


def cumulative_hazard(candidate: Candidate, X: pd.DataFrame, times: Floats) -> Floats:
    """(n, m): the candidate's cumulative hazard at `times` (days)."""
    survival = np.asarray(candidate.predict_survival_function(X, return_array=True), float)
    return resample(candidate.unique_times_, -np.log(np.clip(survival, SMALLEST_SURVIVAL, 1.0)), times)


def resample(grid: Floats, hazard: Floats, times: Floats) -> Floats:
    """(n, m): curves known on `grid` at `times`."""
    known = np.concatenate([[0.0], grid])
    curve = np.hstack([np.zeros((len(hazard), 1)), hazard])
    right = np.clip(np.searchsorted(known, times), 1, len(known) - 1)
    share = np.minimum((times - known[right - 1]) / (known[right] - known[right - 1]), 1.0)
    inside = curve[:, right - 1] * (1 - share) + curve[:, right] * share
    return inside * np.maximum(times / known[-1], 1.0)


def at_own_time(times: Floats, hazard: Floats, time_d: Floats) -> Floats:
    """(n,): each item's cumulative hazard at its own time (days)."""
    known = np.concatenate([[0.0], times])
    curve = np.hstack([np.zeros((len(hazard), 1)), hazard])
    right = np.clip(np.searchsorted(known, time_d), 1, len(known) - 1)
    row = np.arange(len(hazard))
    share = np.minimum((time_d - known[right - 1]) / (known[right] - known[right - 1]), 1.0)
    inside = curve[row, right - 1] * (1 - share) + curve[row, right] * share
    return inside * np.maximum(time_d / known[-1], 1.0)


def quantile(times: Floats, hazard: Floats, share: float) -> Floats:
    """(n,): days by which `share` of such items have failed; beyond the grid at the mean hazard (for the caller to
    cut)."""
    target = -np.log1p(-share)
    known = np.concatenate([[0.0], times])
    curve = np.hstack([np.zeros((len(hazard), 1)), hazard])
    row = np.arange(len(hazard))
    right = np.clip((curve < target).sum(axis=1), 1, len(known) - 1)
    low, high = curve[row, right - 1], curve[row, right]
    reached = high >= target
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = known[right - 1] + (target - low) / (high - low) * (known[right] - known[right - 1])
        beyond = known[-1] * target / np.maximum(curve[:, -1], SMALLEST_SURVIVAL)
    return np.where(reached, inside, beyond)


def fail_prob(hazard: Floats) -> Floats:
    """Probability of having failed, from the cumulative hazard."""
    return -np.expm1(-hazard)
