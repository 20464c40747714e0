"""Gradient-boosted trees on Cox's partial likelihood (XGBoost `survival:cox`), with a baseline hazard of their own.

XGBoost gives the log hazard ratio m(x) and no baseline. On items that the trees had not seen, Cox regression on m(x)
alone gives the slope that m(x) deserves (trees exaggerate) and Breslow's baseline hazard. Breslow, Biometrics 30 (1974)
89; the slope is van Houwelingen's calibration slope, Statistics in Medicine 19 (2000) 3401.
"""

from typing import Any

import numpy as np
import pandas as pd
import xgboost

from models.candidate import Floats
from models.cox import Hazards
from models.trees import THREADS, Boosted, Rows

MARGIN = "margin"


class Candidate(Boosted):
    """S(t | x) = exp(-H0(t) exp(slope m(x)))."""

    def _objective(self, rows: Rows) -> dict[str, Any]:
        return {"objective": "survival:cox", "eval_metric": "cox-nloglik"}

    def _matrix(self, rows: Rows) -> xgboost.DMatrix:
        label = np.where(rows.y["event"], rows.y["time"], -rows.y["time"])
        return xgboost.DMatrix(rows.encoded, weight=rows.weight, label=label, nthread=THREADS)

    def _learn_curve(self, margin: Floats, y: np.ndarray, weight: Floats) -> None:
        self.hazards_ = Hazards.fit(pd.DataFrame({MARGIN: margin}), y, weight, self.unique_times_, penalizer=1e-4)

    def _survival(self, margin: Floats) -> Floats:
        return self.hazards_.survival(pd.DataFrame({MARGIN: margin}))

    def _curve(self) -> dict[str, Any]:
        return self.hazards_.state()

    def _restore_curve(self, curve: dict[str, Any]) -> None:
        self.hazards_ = Hazards.restore(curve)
