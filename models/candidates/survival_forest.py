"""A random survival forest (scikit-survival). Ishwaran et al., Annals of Applied Statistics 2 (2008) 841.

It is compared, never promoted: its leaves hold whole curves, so that it could only be stored as a pickle or as far more
data than the other candidates are.
"""

from typing import Self

import numpy as np
import pandas as pd
from sksurv.ensemble import RandomSurvivalForest

from models import candidate
from models.candidate import Floats, survival
from models.curves import time_grid
from models.encode import Encoder


class Candidate(candidate.Candidate):
    """Each tree is grown on `max_samples` of the rows; times are rounded up to a grid, so that leaves stay small."""

    def __init__(
        self, n_estimators: int = 60, min_samples_leaf: int = 20, max_samples: float = 0.3, random_state: int = 0
    ) -> None:
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.max_samples = max_samples
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: Floats | None = None) -> Self:
        self.encoder_ = Encoder.fit(X)
        self.forest_ = RandomSurvivalForest(**self.get_params(), max_features="sqrt")
        grid = time_grid(y["time"].max())
        rounded = grid[np.minimum(np.searchsorted(grid, y["time"]), len(grid) - 1)]
        weight = None if sample_weight is None else sample_weight / sample_weight.mean()  # it counts them as rows
        self.forest_.fit(self.encoder_.transform(X).to_numpy(), survival(rounded, y["event"]), weight)
        self.unique_times_ = self.forest_.unique_times_
        return self

    def predict_survival_function(self, X: pd.DataFrame, return_array: bool = True) -> Floats:
        return self.forest_.predict_survival_function(self.encoder_.transform(X).to_numpy(), return_array=True)
