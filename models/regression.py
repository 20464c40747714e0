"""What the regressions share: which columns enter, and what is done where they do not converge."""

from typing import Self

import numpy as np
import pandas as pd
from lifelines.exceptions import ConvergenceError

from models import candidate
from models.candidate import Floats
from models.curves import time_grid
from models.encode import Encoder


class Regression(candidate.Candidate):
    """`penalizer` is an L2 penalty on the coefficients of standardised columns.

    With few failures for the number of columns, or where no maximum is found, only the equipment class enters.
    """

    def __init__(self, penalizer: float = 0.01) -> None:
        self.penalizer = penalizer

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: Floats | None = None) -> Self:
        self.unique_times_ = time_grid(y["time"].max())
        weight = np.ones(len(X)) if sample_weight is None else sample_weight
        try:
            self._regress(Encoder.for_regression(X, int(y["event"].sum())), X, y, weight)
        except (ConvergenceError, np.linalg.LinAlgError):
            self._regress(Encoder.of_class(X), X, y, weight)
        return self

    def _regress(self, encoder: Encoder, X: pd.DataFrame, y: np.ndarray, weight: Floats) -> None:
        """Fit on the encoded columns, and keep the encoder once that is done."""
        raise NotImplementedError
