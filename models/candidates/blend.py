"""The mean of several candidates' hazards.

Equal weights: estimated ones rarely beat them (Smith and Wallis, Oxford Bulletin of Economics and Statistics 71 (2009)
331). The mean of cumulative hazards is the geometric mean of the survival curves.
"""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from models import candidate
from models.candidate import Floats, for_candidate
from models.candidates import cox, xgb_aft, xgb_cox
from models.curves import cumulative_hazard, time_grid

OF = {"cox": cox.Candidate, "xgb_aft": xgb_aft.Candidate, "xgb_cox": xgb_cox.Candidate}


class Candidate(candidate.Candidate):
    """`settings`: the members' own, by name; a member without any has its defaults."""

    members = tuple(OF)
    takes_intervals = True

    def __init__(self, settings: dict[str, dict[str, Any]] | None = None) -> None:
        self.settings = settings

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: Floats | None = None) -> Self:
        parts = self.parts()
        fitted = {name: part.fit(X, for_candidate(part, y), sample_weight) for name, part in parts.items()}
        return self.joined(fitted, y["time"].max())

    def parts(self) -> dict[str, candidate.Candidate]:
        return {name: of(**(self.settings or {}).get(name, {})) for name, of in OF.items()}

    def joined(self, parts: Mapping[str, candidate.Candidate], longest_d: float) -> Self:
        self.unique_times_ = time_grid(longest_d)
        self.members_ = dict(parts)
        return self

    def predict_survival_function(self, X: pd.DataFrame, return_array: bool = True) -> Floats:
        hazards = [cumulative_hazard(member, X, self.unique_times_) for member in self.members_.values()]
        return np.exp(-np.mean(hazards, axis=0))

    def state(self) -> dict[str, Any]:
        members = {name: member.state() for name, member in self.members_.items()}
        return {"times": self.unique_times_.tolist(), "members": members}

    def restore(self, state: dict[str, Any]) -> Self:
        self.unique_times_ = np.array(state["times"])
        self.members_ = {name: member.restore(state["members"][name]) for name, member in self.parts().items()}
        return self
