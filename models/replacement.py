"""When it pays to replace an item before it fails, if that can be done only at certain dates.

A failure costs more than a planned job, and a share `renewed` of failures leaves the item as new; after the others it is
repaired and its age runs on. With H the cumulative hazard, the time to a renewal by failure has survival exp(-renewed H),
and up to t (1 - exp(-renewed H(t))) / renewed failures are expected. A new item that is replaced at its k-th
opportunity therefore costs, in the long run and per day,

    rate(k) = (failure · failures(k) + planned · survival(k)) / mean time to renewal(k),

the theorem of renewal rewards. With `renewed` = 1 this is age replacement (Barlow and Proschan, Mathematical Theory of
Reliability (1965), ch. 3), with `renewed` = 0 periodic replacement with minimal repair (Barlow and Hunter, Operations
Research 8 (1960) 90). The item that stands is due once no later opportunity is cheaper, where each day until then costs
what a day of a new item does: `rate` at its best k. For a rising hazard this is the rule that one window more may not
cost more than a new item does in that time (Berg, Naval Research Logistics Quarterly 27 (1980) 449); looking at every
later opportunity makes it right for a hazard that falls first.

Shapes as in `models.curves`: `times` (m,), days; `hazard` (n, m). Opportunities lie `window_d` days apart; nothing is
planned beyond the last time, by which every item is replaced.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.candidate import Bools, Floats
from models.curves import resample


@dataclass(frozen=True)
class Costs:
    """What a failure and a planned job cost (any one currency), and the share of failures that leave the item as new;
    each one number or one per item (n,)."""

    failure: Floats | float
    planned: Floats | float
    renewed: Floats | float = 1.0


class Decision(NamedTuple):
    """`is_due` (n,): replace at this opportunity; `saving` (n,): what that costs less than the best later one, below 0
    where waiting is better; `rate` (n,): what a day of a new item costs in the long run."""

    is_due: Bools
    saving: Floats
    rate: Floats


def decide(times: Floats, hazard: Floats, new_hazard: Floats, costs: Costs, window_d: float) -> Decision:
    """Whether to replace each item now.

    Parameters
    ----------
    times
        (m,), days from now.
    hazard
        (n, m), the cumulative hazard of each item as it stands.
    new_hazard
        (n, m), or (1, m) for all, that of the new item that would take its place.
    window_d
        Days to the next opportunity, and from each to the next.
    """
    rate = long_run_rate(times, new_hazard, costs, window_d).min(axis=1)
    cost, time_d = until_replaced(times, hazard, costs, window_d)
    saving = (cost - rate[:, None] * time_d).min(axis=1) - costs.planned
    return Decision(saving > 0, saving, np.broadcast_to(rate, saving.shape))


def long_run_rate(times: Floats, new_hazard: Floats, costs: Costs, window_d: float) -> Floats:
    """(n, k): what a day costs in the long run where items are replaced at their k-th opportunity."""
    cost, time_d = until_replaced(times, new_hazard, costs, window_d)
    return cost / time_d


def until_replaced(times: Floats, hazard: Floats, costs: Costs, window_d: float) -> tuple[Floats, Floats]:
    """(n, k) each: the expected cost and days up to the item's renewal, if it is replaced at its k-th opportunity."""
    at = opportunities(times, window_d)
    failure, planned, renewed = (
        np.asarray(value, float).reshape(-1, 1) for value in (costs.failure, costs.planned, costs.renewed)
    )
    hazard = np.hstack([np.zeros((len(hazard), 1)), resample(times, hazard, at)])
    stands = np.exp(-renewed * hazard)
    failures = hazard * _mean_decay(renewed * hazard)
    time_d = np.cumsum(window_d * stands[:, :-1] * _mean_decay(renewed * np.diff(hazard, axis=1)), axis=1)
    return failure * failures[:, 1:] + planned * stands[:, 1:], time_d


def opportunities(times: Floats, window_d: float) -> Floats:
    """(k,): the days of the opportunities after now, at least one."""
    count = max(int(times[-1] // window_d), 1)
    return np.linspace(window_d, count * window_d, count)


def _mean_decay(x: Floats) -> Floats:
    """The mean of exp(-x u) over u from 0 to 1."""
    x = np.maximum(x, 1e-12)
    return -np.expm1(-x) / x
