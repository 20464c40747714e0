"""Cox's proportional hazards as data: coefficients and a baseline hazard on a time grid (lifelines)."""

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter

from models.candidate import Floats


@dataclass(frozen=True)
class Hazards:
    """`coefficients`: log hazard ratio by column, of the column less its `means`; `baseline` (m,): cumulative hazard at
    the mean, on the grid it was fitted for."""

    coefficients: dict[str, float]
    means: dict[str, float]
    baseline: list[float]

    @classmethod
    def fit(cls, columns: pd.DataFrame, y: np.ndarray, weight: Floats, times: Floats, penalizer: float) -> "Hazards":
        """Maximum penalised partial likelihood (ridge), ties by Efron, baseline by Breslow, at `times` (m,) days.

        Raises lifelines' ConvergenceError where the columns tell the same.
        """
        rows = columns.reset_index(drop=True).assign(_time_d=y["time"], _event=y["event"], _weight=weight)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # weights that are no counts: only the standard errors, unused here, suffer
            fitter = CoxPHFitter(penalizer=penalizer).fit(rows, "_time_d", "_event", weights_col="_weight")
        known = fitter.baseline_cumulative_hazard_.iloc[:, 0]
        after = np.searchsorted(known.index.to_numpy(), times, side="right")
        baseline = np.concatenate([[0.0], known.to_numpy()])[after]
        means = fitter._norm_mean  # the point its baseline is for
        return cls(
            {str(name): float(value) for name, value in fitter.params_.items()},
            {str(name): float(means[name]) for name in fitter.params_.index},
            baseline.tolist(),
        )

    def survival(self, columns: pd.DataFrame) -> Floats:
        """(n, m): S(t | x) = exp(-H0(t) exp(β (x - mean)))."""
        centred = columns[list(self.coefficients)].to_numpy(float) - np.array(list(self.means.values()))
        ratio = np.exp(centred @ np.array(list(self.coefficients.values())))
        return np.exp(-ratio[:, None] * np.array(self.baseline))

    def state(self) -> dict[str, Any]:
        """JSON's own types."""
        return asdict(self)

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Hazards":
        return cls(**state)
