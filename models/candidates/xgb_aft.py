"""Gradient-boosted trees on the accelerated-failure-time likelihood (XGBoost `survival:aft`).

The trees give a location m(x) of log time. XGBoost's own distribution around it, and its scale, are settings; here they
are those of a small grid under which lives that the trees had not seen are likeliest. The curve is not theirs: it is the
Kaplan–Meier estimate of t / exp(m(x)) on items that the trees had not seen (cross-fitted): lives are stretched by
exp(m(x)), and their shape is what was seen. Barnwal, Cho and Hocking, Journal of Computational and Graphical Statistics
31 (2022) 1292; Stute, Journal of Multivariate Analysis 45 (1993) 89.
"""

from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np
import xgboost
from scipy import stats

from models.candidate import Floats, latest, middle
from models.curves import SMALLEST_SURVIVAL, resample
from models.metrics import kaplan_meier
from models.trees import THREADS, Boosted, Rows

POINTS = 200
"""Points at which the curve of stretched lives is kept, evenly spaced on the log scale."""

DISTRIBUTIONS = {"normal": stats.norm, "logistic": stats.logistic, "extreme": stats.gumbel_l}
"""XGBoost's distributions of log time, as SciPy has them."""

SCALES = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4)

MOST_STEPS = 4
"""How often, at most, the spread is learned anew from trees that were grown with the one before."""

COARSE_RATE = 0.3
"""Learning rate of those trees: few of them tell how far lives spread."""


@dataclass(frozen=True)
class Spread:
    """How log time spreads around what the trees say."""

    distribution: str = "logistic"
    scale: float = 1.0

    def log_likelihood(self, margin: Floats, y: np.ndarray, weight: Floats) -> float:
        """Of lives whose median the margin (n,) tells the logarithm of, whichever the distribution."""
        law = DISTRIBUTIONS[self.distribution]
        lower, upper = ((np.log(time) - margin) / self.scale + law.median() for time in (y["time"], latest(y)))
        each = np.where(y["event"], law.logpdf(lower) - np.log(self.scale), law.logsf(lower))
        is_between = y["event"] & (upper > lower)
        within = law.cdf(upper[is_between]) - law.cdf(lower[is_between])
        each[is_between] = np.log(np.maximum(within, SMALLEST_SURVIVAL))
        return float(weight @ each)

    def median(self, margin: Floats) -> Floats:
        """The logarithm of the median where trees grown with this spread say `margin`."""
        return margin + self.scale * float(DISTRIBUTIONS[self.distribution].median())


GRID = tuple(Spread(distribution, scale) for distribution, scale in product(DISTRIBUTIONS, SCALES))


class Candidate(Boosted):
    """S(t | x) = S0(t / exp(m(x))); beyond what was seen the curve goes on at its mean hazard.

    The trees' likelihood takes a failure within an interval as such; the curve of stretched lives takes its middle.
    """

    takes_intervals = True

    def _settings(self, rows: Rows, folds: np.ndarray) -> dict[str, Any]:
        """With the spread under which the lives of one fold are likeliest, by trees grown on the others."""
        self.spread_ = Spread()
        test = rows.where(folds == 0)
        for _ in range(MOST_STEPS):
            coarse = super()._settings(rows, folds) | {"learning_rate": COARSE_RATE}
            median = self.spread_.median(self._held_out(coarse, rows, folds == 0)[0])
            likelihood = {spread: spread.log_likelihood(median, test.y, test.weight) for spread in GRID}
            if (best := max(GRID, key=likelihood.__getitem__)) == self.spread_:
                break
            self.spread_ = best
        return super()._settings(rows, folds)

    def _objective(self, rows: Rows) -> dict[str, Any]:
        """The start is the exponential median."""
        y, weight = rows.y, rows.weight
        median = np.log(2.0) * (weight * y["time"]).sum() / (weight * y["event"]).sum()
        return {
            "objective": "survival:aft",
            "eval_metric": "aft-nloglik",
            "aft_loss_distribution": self.spread_.distribution,
            "aft_loss_distribution_scale": self.spread_.scale,
            "base_score": float(median),
        }

    def _matrix(self, rows: Rows) -> xgboost.DMatrix:
        upper = np.where(rows.y["event"], latest(rows.y), np.inf)
        return xgboost.DMatrix(
            rows.encoded, weight=rows.weight, label_lower_bound=rows.y["time"], label_upper_bound=upper, nthread=THREADS
        )

    def _learn_curve(self, margin: Floats, y: np.ndarray, weight: Floats) -> None:
        time_d = middle(y)["time"]
        stretched, share = kaplan_meier(time_d / np.exp(margin), y["event"], weight)
        self.stretched_ = np.geomspace(stretched[0], stretched[-1], POINTS)
        after = np.searchsorted(stretched, self.stretched_, side="right")
        known = np.concatenate([[1.0], share])[after]
        self.hazard_ = -np.log(np.maximum(known, SMALLEST_SURVIVAL))

    def _survival(self, margin: Floats) -> Floats:
        at = (self.unique_times_ / np.exp(margin[:, None])).ravel()
        hazard = resample(self.stretched_, self.hazard_[None], at)[0]
        return np.exp(-hazard).reshape(len(margin), len(self.unique_times_))

    def _curve(self) -> dict[str, Any]:
        return {"stretched": self.stretched_.tolist(), "hazard": self.hazard_.tolist(), "spread": asdict(self.spread_)}

    def _restore_curve(self, curve: dict[str, Any]) -> None:
        self.stretched_, self.hazard_ = np.array(curve["stretched"]), np.array(curve["hazard"])
        self.spread_ = Spread(**curve["spread"])
