"""Cox's proportional hazards with a ridge penalty (lifelines), on the residual time from the landmark.

Cox, Journal of the Royal Statistical Society B 34 (1972) 187; Verweij and van Houwelingen, Statistics in Medicine 13
(1994) 2427. With few failures for the number of columns only the equipment class enters.
"""

from typing import Any, Self

import numpy as np
import pandas as pd

from models import candidate
from models.candidate import Floats
from models.cox import Hazards
from models.encode import Encoder
from models.regression import Regression


class Candidate(Regression):
    """S(t | x) = exp(-H0(t) exp(β x))."""

    @classmethod
    def space(cls, trial: candidate.Suggests) -> dict[str, Any]:
        return {"penalizer": trial.suggest_float("penalizer", 1e-4, 1.0, log=True)}

    def predict_survival_function(self, X: pd.DataFrame, return_array: bool = True) -> Floats:
        return self.hazards_.survival(self.encoder_.transform(X))

    def state(self) -> dict[str, Any]:
        return {
            "times": self.unique_times_.tolist(),
            "encoder": self.encoder_.state(),
            "hazards": self.hazards_.state(),
        }

    def restore(self, state: dict[str, Any]) -> Self:
        self.unique_times_ = np.array(state["times"])
        self.encoder_ = Encoder.restore(state["encoder"])
        self.hazards_ = Hazards.restore(state["hazards"])
        return self

    def _regress(self, encoder: Encoder, X: pd.DataFrame, y: np.ndarray, weight: Floats) -> None:
        self.hazards_ = Hazards.fit(encoder.transform(X), y, weight, self.unique_times_, self.penalizer)
        self.encoder_ = encoder
