"""A monotone calibration map of survival curves, learned from out-of-time predictions.

The hazard between two horizons is multiplied by one factor: failures observed there over failures expected there, with
both counts raised by `PRIOR` so that few failures move little. The map keeps every curve monotone and the ranking at a
given time unchanged. It is the standardised mortality ratio by period of follow-up (Crowson, Atkinson and Therneau,
Statistical Methods in Medical Research 25 (2016) 1692), where each row counts for the time it was observed.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from models.candidate import Bools, Floats
from models.curves import at_own_time, resample

PRIOR = 20.0


@dataclass(frozen=True)
class Calibration:
    """`factors[k]` multiplies the hazard from `horizons_d[k - 1]` (or 0) to `horizons_d[k]`; the last one also
    beyond."""

    horizons_d: tuple[int, ...]
    factors: tuple[float, ...]

    @classmethod
    def none(cls) -> "Calibration":
        """The map that changes nothing."""
        return cls((1,), (1.0,))

    @classmethod
    def fit(
        cls, horizons_d: tuple[int, ...], times: Floats, hazard: Floats, time_d: Floats, event: Bools
    ) -> "Calibration":
        """Learn from predictions (n, m) at `times` and what came after, (time_d, event) of shape (n,)."""
        factors = []
        for start, end in pairwise((0, *horizons_d)):
            within = [at_own_time(times, hazard, np.minimum(time_d, edge)) for edge in (end, start)]
            expected = float((within[0] - within[1]).sum())
            failed = float((event & (time_d > start) & (time_d <= end)).sum())
            factors.append((failed + PRIOR) / (expected + PRIOR))
        return cls(tuple(horizons_d), tuple(factors))

    def apply(self, times: Floats, hazard: Floats) -> Floats:
        """The calibrated cumulative hazard (n, m) at the same `times`."""
        edges = np.array([0.0, *self.horizons_d[:-1], np.inf])
        calibrated = np.zeros_like(hazard)
        for factor, start, end in zip(self.factors, edges[:-1], edges[1:], strict=True):
            at_start = resample(times, hazard, np.array([start]))
            at_end = hazard if np.isinf(end) else np.minimum(hazard, resample(times, hazard, np.array([end])))
            calibrated += factor * np.maximum(at_end - at_start, 0.0)
        return calibrated
