"""Kaplan–Meier by equipment class: what one knows without looking at the item."""

from typing import Any, Self

import numpy as np
import pandas as pd

from models import candidate
from models.candidate import Floats
from models.curves import time_grid
from models.metrics import kaplan_meier

CLASS = "equipment_class"


class Candidate(candidate.Candidate):
    """The curve of the item's class, or of all items where the class has under `min_failures` failed rows."""

    is_baseline = True

    def __init__(self, min_failures: int = 20) -> None:
        self.min_failures = min_failures

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: Floats | None = None) -> Self:
        weight = np.ones(len(X)) if sample_weight is None else sample_weight
        self.unique_times_ = time_grid(y["time"].max())
        self.all_ = self._curve(y, weight)
        classes = X[CLASS].fillna("").to_numpy()
        self.by_class_ = {
            str(name): self._curve(y[classes == name], weight[classes == name])
            for name in np.unique(classes)
            if y["event"][classes == name].sum() >= self.min_failures
        }
        return self

    def predict_survival_function(self, X: pd.DataFrame, return_array: bool = True) -> Floats:
        names = list(self.by_class_)
        curves = np.vstack([*self.by_class_.values(), self.all_])
        return curves[pd.Categorical(X[CLASS].fillna(""), categories=names).codes]  # -1, no such class: the last

    def state(self) -> dict[str, Any]:
        curves = {name: curve.tolist() for name, curve in self.by_class_.items()}
        return {"times": self.unique_times_.tolist(), "all": self.all_.tolist(), "by_class": curves}

    def restore(self, state: dict[str, Any]) -> Self:
        self.unique_times_ = np.array(state["times"])
        self.all_ = np.array(state["all"])
        self.by_class_ = {name: np.array(curve) for name, curve in state["by_class"].items()}
        return self

    def _curve(self, y: np.ndarray, weight: Floats) -> Floats:
        times, share = kaplan_meier(y["time"], y["event"], weight)
        return np.concatenate([[1.0], share])[np.searchsorted(times, self.unique_times_, side="right")]
