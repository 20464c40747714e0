"""What a candidate is: a scikit-survival estimator that takes the features as they are.

`fit(X, y, sample_weight)` takes the feature frame (numbers as float, categories as text, both with gaps) and
`y`, scikit-survival's structured array of (event, time in days); `predict_survival_function(X)` returns the curves on
`unique_times_`. The index of `X` names the equipment: a candidate that holds rows out for itself holds out whole items.
A candidate encodes its features itself, so that what it learned of them travels with it.

To add one, add a module to `models/candidates` with a class named `Candidate`; docs/candidates.md has an example, and
`yeji candidates check` tries it.

To be served it also says how it is stored as data: `state()` and `restore()`; without them it is only compared.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sksurv.util import Surv

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Suggests(Protocol):
    """What a candidate needs of an Optuna trial."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float: ...

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int: ...


class Candidate(BaseEstimator):
    """The base of every candidate. `is_baseline` marks those a challenger must beat (law 7)."""

    is_baseline: ClassVar[bool] = False
    members: ClassVar[tuple[str, ...]] = ()
    """The candidates that it is made of; it takes their `settings`."""
    takes_intervals: ClassVar[bool] = False
    """Whether its `y` has a third field `upper`: a failure may lie anywhere between `time` and `upper` (law 6)."""
    unique_times_: Floats

    @classmethod
    def space(cls, trial: "Suggests") -> dict[str, Any]:
        """The settings that tuning may try, each suggested by the trial; none where it is left as it is."""
        return {}

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: Floats | None = None) -> Self:
        raise NotImplementedError

    def predict_survival_function(self, X: pd.DataFrame, return_array: bool = True) -> Floats:
        raise NotImplementedError

    def parts(self) -> "dict[str, Candidate]":
        """The members by name, not fitted."""
        return {}

    def joined(self, parts: "Mapping[str, Candidate]", longest_d: float) -> Self:
        """Fitted, from its members fitted on the same rows, whose longest time is `longest_d` days."""
        raise NotImplementedError

    def predict(self, X: pd.DataFrame) -> Floats:
        """Risk, higher for shorter lives: the expected number of failures over `unique_times_`."""
        return -np.log(np.clip(self.predict_survival_function(X, return_array=True), 1e-12, 1.0)).sum(axis=1)


@runtime_checkable
class Storable(Protocol):
    """A candidate that can be stored as data (JSON) and so be served."""

    def state(self) -> dict[str, Any]:
        """Everything learned, as JSON's own types."""
        ...

    def restore(self, state: dict[str, Any]) -> "Candidate":
        """Take back what `state` gave."""
        ...


def survival(time_d: Floats, event: Bools) -> np.ndarray:
    """`y` as scikit-survival wants it, from times in days and events."""
    return Surv.from_arrays(event=np.asarray(event, bool), time=np.asarray(time_d, float))


def intervals(time_d: Floats, event: Bools, upper_d: Floats) -> np.ndarray:
    """`y` with a third field: the latest time (days) at which a row's failure can lie; where `event` is false it is not
    read."""
    y = np.empty(len(time_d), [("event", bool), ("time", float), ("upper", float)])
    y["event"], y["time"], y["upper"] = event, time_d, upper_d
    return y


def latest(y: np.ndarray) -> Floats:
    """(n,): the latest time of each row's failure; its only time where `y` has no intervals."""
    upper: Floats = y["upper"] if "upper" in (y.dtype.names or ()) else y["time"]
    return upper


def middle(y: np.ndarray) -> np.ndarray:
    """`y` without intervals: a failure within one is taken to lie in its middle."""
    return survival(np.where(y["event"], (y["time"] + latest(y)) / 2.0, y["time"]), y["event"])


def for_candidate(of: Candidate, y: np.ndarray) -> np.ndarray:
    """`y` as the candidate takes it."""
    return y if of.takes_intervals else middle(y)
