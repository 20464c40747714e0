"""Weibull regression of the accelerated-failure-time kind (lifelines), on the residual time from the landmark.

With few failures for the number of columns only the equipment class enters.
"""

import warnings
from typing import Any, Self

import numpy as np
import pandas as pd
from lifelines import WeibullAFTFitter

from models.candidate import Floats
from models.encode import Encoder
from models.regression import Regression


class Candidate(Regression):
    """S(t | x) = exp(-(t / λ)^ρ), log λ linear in the encoded features."""

    is_baseline = True

    def predict_survival_function(self, X: pd.DataFrame, return_array: bool = True) -> Floats:
        encoded = self.encoder_.transform(X)
        log_scale = self.intercept_ + encoded.to_numpy() @ np.array([self.coefficients_[name] for name in encoded])
        return np.exp(-np.exp(self.shape_ * (np.log(self.unique_times_) - log_scale[:, None])))

    def state(self) -> dict[str, Any]:
        return {
            "times": self.unique_times_.tolist(),
            "encoder": self.encoder_.state(),
            "coefficients": self.coefficients_,
            "intercept": self.intercept_,
            "shape": self.shape_,
        }

    def restore(self, state: dict[str, Any]) -> Self:
        self.unique_times_ = np.array(state["times"])
        self.encoder_ = Encoder.restore(state["encoder"])
        self.coefficients_ = state["coefficients"]
        self.intercept_, self.shape_ = state["intercept"], state["shape"]
        return self

    def _regress(self, encoder: Encoder, X: pd.DataFrame, y: np.ndarray, weight: Floats) -> None:
        rows = encoder.transform(X.reset_index(drop=True)).assign(_time_d=y["time"], _event=y["event"], _weight=weight)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # weights that are no counts: only the standard errors, unused here, suffer
            fitter = WeibullAFTFitter(penalizer=self.penalizer).fit(rows, "_time_d", "_event", weights_col="_weight")
        self.encoder_ = encoder
        self.shape_ = float(np.exp(fitter.params_["rho_"]["Intercept"]))
        scale = fitter.params_["lambda_"]
        self.intercept_ = float(scale["Intercept"])
        self.coefficients_ = {str(name): float(scale[name]) for name in scale.index if name != "Intercept"}
