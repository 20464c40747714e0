"""What an item as it stands, and a new one in its place, are going to do; whether replacing it now pays.

A curve of remaining life tells of an item as it stands alone. What a new one would do the law of age says (`models.ageing`),
learned from the same records. The hazard of the item as it stands is the law's, times a power of what the learned curve says
over what the law says of the days ahead. That power is learned too: from predictions that were held out and what came of
them, 0 where the curve added nothing to the law, 1 where it was right whenever the two differed. `replacement.decide` weighs
the item against the new one at what a failure and a planned job cost.

The nightly plan and the replay decide by this one rule.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from models.ageing import Ageing, poisson_slope
from models.candidate import Bools, Floats
from models.curves import SMALLEST_SURVIVAL
from models.replacement import Costs, decide
from models.splits import recensor

AHEAD_D = 365.0
"""Over so many days the learned curve and the law of age are compared."""
LONGEST_D = 40 * 365.25
"""No item is planned to stay longer."""
RENEWED_PRIOR = 10.0
STRONGEST = 2.0
"""Further than so much, as a log ratio, no opinion of a curve goes."""
CHUNK = 5_000
FILE = "outlook.json"

Prices = Mapping[str, tuple[float, float]]
"""By source: what a failure and a planned job cost."""


class BorneOut(NamedTuple):
    """Of predictions that were held out (n,): failed (0 or 1), failures expected by law, and the curve's opinion."""

    failed: Floats
    expected: Floats
    opinion: Floats


@dataclass(frozen=True)
class Outlook:
    """`law`: how items age; `weight`: the power of the learned curve's opinion."""

    law: Ageing
    weight: float = 0.0

    @classmethod
    def learned(cls, past: pd.DataFrame, attributes: Sequence[str]) -> Self:
        """From periods (`known_periods`), without an opinion; attributes : the features that no repair changes."""
        return cls(Ageing.fit(past, attributes, renewed_shares(past)))

    def opinion(self, rows: pd.DataFrame, frailty: Floats, by_curve: Floats, ahead_d: float = AHEAD_D) -> Floats:
        """(n,): how much worse the curve finds the items as they stand than the law does, as a log ratio.

        by_curve : (n,) the cumulative hazard that the learned curve has in so many days.
        """
        by_law = frailty * self.law.hazard(rows, np.array([ahead_d]))[:, 0]
        ratio = np.maximum(by_curve, SMALLEST_SURVIVAL) / np.maximum(by_law, SMALLEST_SURVIVAL)
        return np.clip(np.log(ratio), -STRONGEST, STRONGEST)

    def borne_out(self, rows: pd.DataFrame, frailty: Floats, by_curve: Floats, ahead_d: float = AHEAD_D) -> BorneOut:
        """What came of predictions: `rows` have the `days` that they were followed and whether they `failed`."""
        expected = frailty * self.law.hazard(rows, rows["days"].to_numpy(float)[:, None])[:, 0]
        return BorneOut(rows["failed"].to_numpy(float), expected, self.opinion(rows, frailty, by_curve, ahead_d))

    def decide(
        self, rows: pd.DataFrame, frailty: Floats, by_curve: Floats, prices: Prices, times: Floats, window_d: float
    ) -> Bools:
        """(n,): whether to replace each item at this opportunity; the next ones are `times` (days), `window_d` apart.

        by_curve : as for `opinion`.
        """
        present = np.exp(self.weight * self.opinion(rows, frailty, by_curve)) * frailty
        due = np.zeros(len(rows), bool)
        for first in range(0, len(rows), CHUNK):
            at = slice(first, first + CHUNK)
            part = rows.iloc[at]
            stands = present[at, None] * self.law.hazard(part, times)
            new = frailty[at, None] * self.law.new_hazard(part, times)
            due[at] = decide(times, stands, new, costs_of(part, prices, self.law.renewed), window_d).is_due
        return due

    def dump(self, path: Path) -> None:
        """Store as JSON."""
        stored = {"law": self.law.state(), "weight": self.weight}
        path.write_text(json.dumps(stored, ensure_ascii=False))

    @classmethod
    def load(cls, path: Path) -> Self:
        stored = json.loads(path.read_text())
        return cls(Ageing.restore(stored["law"]), stored["weight"])


def joined(parts: Iterable[BorneOut]) -> BorneOut:
    """Several as one."""
    return BorneOut(*np.hstack([np.zeros((3, 0)), *map(np.stack, parts)]))


def weight_of(held_out: Iterable[BorneOut]) -> float:
    """The likeliest power of the curves' opinions by what came of them; 0 to 1."""
    return float(np.clip(poisson_slope(*joined(held_out)), 0.0, 1.0))


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
