"""How the items of a class age, and whether replacing one that stands pays.

The hazard of a new item is taken level within bands of age: failures over days at risk. An item is at risk from the age
at which it came under observation, so late entry (left truncation) needs no more. `models.replacement` weighs the item
that stands, by its own learned curve, against the new one that would take its place.
"""

from dataclasses import dataclass

import numpy as np

from models.candidate import Bools, Floats
from models.curves import resample
from models.replacement import Costs, decide

YEAR_D = 365.25
BANDS_D = tuple(YEAR_D * years for years in (0, 0.25, 0.5, 1, 2, 3, 5, 8, 12, 20, 30, 100))
"""Bounds of the bands of age, in days."""

LEAST_FAILURES = 20
"""Fewer failures of a class say nothing of how it ages."""

LONGEST_D = 20 * YEAR_D
"""No replacement is put off longer."""


@dataclass(frozen=True)
class ClassAgeing:
    """A class: failures and days at risk by band of age, and the share of failures after which the item was new."""

    failures: Floats
    at_risk_d: Floats
    renewed: float

    @property
    def is_known(self) -> bool:
        return float(self.failures.sum()) >= LEAST_FAILURES

    def cumulative(self, age_d: Floats) -> Floats:
        """The cumulative hazard of a new item at an age; where none was at risk, the hazard of the band before goes on."""
        seen = np.flatnonzero(self.at_risk_d > 0)
        hazard = self.failures[seen] / self.at_risk_d[seen]
        level = hazard[np.clip(np.searchsorted(seen, np.arange(len(self.failures)), side="right") - 1, 0, None)]
        bounds = np.array(BANDS_D)
        return np.interp(age_d, bounds, np.concatenate([[0.0], np.cumsum(level * np.diff(bounds))]))


def pays(
    days: Floats, fail_prob: Floats, ageing: ClassAgeing, failure: Floats, planned: float, window_d: float
) -> Bools:
    """Whether to replace each item at its next opportunity.

    Parameters
    ----------
    days, fail_prob
        (p,) rising days and (n, p) the probabilities of failing by then; after the last the hazard is its mean until then.
    ageing
        That of the items' class.
    failure, planned
        (n,) what a failure of each costs, and what a planned job does, in one currency.
    window_d
        Days between opportunities.
    """
    hazard = np.maximum.accumulate(-np.log1p(-np.clip(fail_prob, 0.0, 1.0 - 1e-9)), axis=1)
    times = np.arange(window_d, LONGEST_D + window_d, window_d)
    stands = resample(days, hazard, times)
    new = ageing.cumulative(times)[None, :]
    return decide(times, stands, new, Costs(failure, planned, ageing.renewed), window_d).is_due
