"""Gradient-boosted trees on the accelerated-failure-time likelihood (XGBoost `survival:aft`).

The trees give a location m(x) of log time; XGBoost's own spread is a setting, not an estimate, so its curve is not
calibrated. Here the distribution of (log t - m(x)), its centre and its spread are estimated by censored maximum
likelihood on items that the trees had not seen. Barnwal, Cho and Hocking, Journal of Computational and Graphical
Statistics 31 (2022) 1292.
"""

from typing import Any

import numpy as np
import xgboost
from scipy import stats
from scipy.optimize import minimize

from models.candidate import Floats
from models.trees import THREADS, Boosted

ERRORS = {"normal": stats.norm, "logistic": stats.logistic, "extreme": stats.gumbel_l}
"""The error distributions of log time, by XGBoost's names: log-normal, log-logistic and Weibull lives."""


class Candidate(Boosted):
    """S(t | x) = P(error > (log t - m(x) - shift) / spread)."""

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
        self.error_, self.shift_, self.spread_ = _errors(margin, y, weight)

    def _survival(self, margin: Floats) -> Floats:
        residual = (np.log(self.unique_times_) - margin[:, None] - self.shift_) / self.spread_
        return ERRORS[self.error_].sf(residual)

    def _curve(self) -> dict[str, Any]:
        return {"error": self.error_, "shift": self.shift_, "spread": self.spread_}

    def _restore_curve(self, curve: dict[str, Any]) -> None:
        self.error_, self.shift_, self.spread_ = curve["error"], curve["shift"], curve["spread"]


def _errors(centre: Floats, y: np.ndarray, weight: Floats) -> tuple[str, float, float]:
    """The likeliest error distribution of log time around `centre`, with its shift and spread."""
    log_time, event = np.log(y["time"]), y["event"]

    def loss(parameters: Floats, error: Any) -> float:
        spread = np.exp(parameters[1])
        z = (log_time - centre - parameters[0]) / spread
        return -float(weight @ np.where(event, error.logpdf(z) - parameters[1], error.logsf(z)))

    fits = {name: minimize(loss, [0.0, 0.0], (error,), method="Nelder-Mead") for name, error in ERRORS.items()}
    best = min(fits, key=lambda name: fits[name].fun)
    shift, log_spread = fits[best].x
    return best, float(shift), float(np.exp(log_spread))
