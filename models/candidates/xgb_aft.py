"""Gradient-boosted trees on the accelerated-failure-time likelihood (XGBoost `survival:aft`).

The trees give a location m(x) of log time. XGBoost's own distribution around it is a setting, not an estimate, so its
curve is not calibrated. Here it is the Kaplan–Meier estimate of t / exp(m(x)) on items that the trees had not seen
(cross-fitted): lives are stretched by exp(m(x)), and their shape is what was seen. Barnwal, Cho and Hocking, Journal of
Computational and Graphical Statistics 31 (2022) 1292; Stute, Journal of Multivariate Analysis 45 (1993) 89.
"""

from typing import Any

import numpy as np
import xgboost

from models.candidate import Floats
from models.curves import SMALLEST_SURVIVAL, resample
from models.metrics import kaplan_meier
from models.trees import THREADS, Boosted

POINTS = 200
"""Points at which the curve of stretched lives is kept, evenly spaced on the log scale."""


class Candidate(Boosted):
    """S(t | x) = S0(t / exp(m(x))); beyond what was seen the curve goes on at its mean hazard."""

    def _objective(self, y: np.ndarray, weight: Floats) -> dict[str, Any]:
        """The start is the exponential median, the scale that of log time among failures."""
        median = np.log(2.0) * (weight * y["time"]).sum() / (weight * y["event"]).sum()
        return {
            "objective": "survival:aft",
            "eval_metric": "aft-nloglik",
            "aft_loss_distribution": "logistic",
            "aft_loss_distribution_scale": 1.0,
            "base_score": float(median),
        }

    def _matrix(self, encoded: Floats, y: np.ndarray, weight: Floats) -> xgboost.DMatrix:
        upper = np.where(y["event"], y["time"], np.inf)
        return xgboost.DMatrix(
            encoded, weight=weight, label_lower_bound=y["time"], label_upper_bound=upper, nthread=THREADS
        )

    def _learn_curve(self, margin: Floats, y: np.ndarray, weight: Floats) -> None:
        stretched, share = kaplan_meier(y["time"] / np.exp(margin), y["event"], weight)
        self.stretched_ = np.geomspace(stretched[0], stretched[-1], POINTS)
        after = np.searchsorted(stretched, self.stretched_, side="right")
        known = np.concatenate([[1.0], share])[after]
        self.hazard_ = -np.log(np.maximum(known, SMALLEST_SURVIVAL))

    def _survival(self, margin: Floats) -> Floats:
        at = (self.unique_times_ / np.exp(margin[:, None])).ravel()
        hazard = resample(self.stretched_, self.hazard_[None], at)[0]
        return np.exp(-hazard).reshape(len(margin), len(self.unique_times_))

    def _curve(self) -> dict[str, Any]:
        return {"stretched": self.stretched_.tolist(), "hazard": self.hazard_.tolist()}

    def _restore_curve(self, curve: dict[str, Any]) -> None:
        self.stretched_, self.hazard_ = np.array(curve["stretched"]), np.array(curve["hazard"])
