"""What a model would say if what is not known of the ends of lives had been known (law 6).

Two things are not known: when a failure that a finding forestalled would have come (within the contract's window), and
whether a renewal for an unknown reason forestalled one at all. A candidate that takes intervals needs no answer to the
first; another is fitted with failures in the middle of their intervals, and here at both ends. For the second every
candidate takes the renewal as censoring, and is fitted here with all of them as findings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from models.candidate import Candidate
from models.splits import reasons_as_findings

Unknown = Literal["day_of_failure", "reason_of_renewal"]


@dataclass(frozen=True)
class Range:
    """The mean probability of failing by a horizon, as served (`value`) and at the ends of what is `unknown`; `rows`:
    training rows of which it is not known."""

    unknown: Unknown
    horizon_d: int
    low: float
    value: float
    high: float
    rows: int


def ranges(
    recipe: Candidate, rows: pd.DataFrame, chances: Callable[[pd.DataFrame, str], dict[int, float]]
) -> list[Range]:
    """The ranges of a recipe, each horizon of each unknown; none where all is known.

    chances : of training rows, and a name for them, the mean probability by horizon that the recipe fitted on them gives.
    """
    is_between = rows["event"] & (rows["upper_d"] > rows["time_d"])
    is_unexplained = ~rows["event"] & rows["upper_d"].notna()
    others: dict[Unknown, tuple[int, list[dict[int, float]]]] = {}
    if is_between.any() and not takes_intervals(recipe):
        ends = {"earliest": earliest(rows), "latest": latest(rows)}
        others["day_of_failure"] = int(is_between.sum()), [chances(made, name) for name, made in ends.items()]
    if is_unexplained.any():
        found = [chances(reasons_as_findings(rows), "findings")]
        others["reason_of_renewal"] = int(is_unexplained.sum()), found
    served = chances(rows, "today") if others else {}
    return [
        Range(unknown, h, min(value, *(o[h] for o in found)), value, max(value, *(o[h] for o in found)), count)
        for unknown, (count, found) in others.items()
        for h, value in served.items()
    ]


def takes_intervals(recipe: Candidate) -> bool:
    """Whether a recipe and all that it is made of take intervals."""
    return recipe.takes_intervals and all(map(takes_intervals, recipe.parts().values()))


def earliest(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with every failure on the first day on which it can have come."""
    return rows.assign(upper_d=rows["time_d"].where(rows["event"], rows["upper_d"]))


def latest(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with every failure on the last day on which it can have come."""
    return rows.assign(time_d=rows["upper_d"].where(rows["event"], rows["time_d"]))
