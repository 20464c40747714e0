"""Weibull regression of the accelerated-failure-time kind, on the residual time from the landmark.

With few failures for the number of columns only the equipment class enters.
"""

from dataclasses import asdict
from typing import Any, Self

import numpy as np
import pandas as pd

from models.candidate import Floats
from models.encode import Encoder
from models.regression import Regression
from models.weibull import Weibull


class Candidate(Regression):
    """S(t | x) = exp(-(t / λ)^ρ), log λ linear in the encoded features."""

    is_baseline = True
    takes_intervals = True

    def predict_survival_function(self, X: pd.DataFrame, return_array: bool = True) -> Floats:
        return self.law_.survival(self.encoder_.transform(X), self.unique_times_)

    def state(self) -> dict[str, Any]:
        return {"times": self.unique_times_.tolist(), "encoder": self.encoder_.state(), "law": asdict(self.law_)}

    def restore(self, state: dict[str, Any]) -> Self:
        self.unique_times_ = np.array(state["times"])
        self.encoder_ = Encoder.restore(state["encoder"])
        self.law_ = Weibull(**state["law"])
        return self

    def _regress(self, encoder: Encoder, X: pd.DataFrame, y: np.ndarray, weight: Floats) -> None:
        self.law_ = Weibull.fit(encoder.transform(X), y, weight, self.penalizer)
        self.encoder_ = encoder
