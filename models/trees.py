"""What XGBoost's candidates share: how trees are grown, how many, and how they are stored as data.

The spread of lives around what trees predict is not to be read off the rows they were grown on. So the items are dealt
into folds, and each fold is predicted by trees grown on the others (cross-fitting; Chernozhukov et al., Econometrics
Journal 21 (2018) C1): that says how many rounds to grow and how the curve runs (`_learn_curve`). The trees that predict
are then grown on all rows.
"""

import json
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
import xgboost

from models import candidate
from models.candidate import Floats
from models.curves import time_grid
from models.encode import Encoder
from models.errors import UntrustedModel

THREADS = 1
"""Beside a busy Spark, two threads wait for each other: measured 11.3 s for a fit that takes 0.3 s with one."""

FOLDS = 4
"""Folds of items, each predicted by trees grown on the others."""

PATIENCE = 20
"""Rounds without a better held-out likelihood after which no more trees are tried."""


@dataclass(frozen=True)
class Rows:
    """Encoded features (n, k), `y` (n,) and weights (n,)."""

    encoded: Floats
    y: np.ndarray
    weight: Floats

    def where(self, chosen: np.ndarray) -> "Rows":
        return Rows(self.encoded[chosen], self.y[chosen], self.weight[chosen])


class Boosted(candidate.Candidate):
    """`max_rounds` trees at most; fewer where the held-out likelihood stops improving."""

    def __init__(
        self,
        max_depth: int = 3,
        learning_rate: float = 0.08,
        min_child_weight: float = 5.0,
        subsample: float = 0.8,
        colsample_bytree: float = 0.7,
        reg_lambda: float = 5.0,
        max_rounds: int = 300,
        random_state: int = 0,
    ) -> None:
        self.max_depth = max_depth
        self.learning_rate = learning_rate
        self.min_child_weight = min_child_weight
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.reg_lambda = reg_lambda
        self.max_rounds = max_rounds
        self.random_state = random_state

    @classmethod
    def space(cls, trial: candidate.Suggests) -> dict[str, Any]:
        return {
            "max_depth": trial.suggest_int("max_depth", 2, 6),
            "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
            "min_child_weight": trial.suggest_float("min_child_weight", 1.0, 30.0, log=True),
            "subsample": trial.suggest_float("subsample", 0.5, 1.0),
            "colsample_bytree": trial.suggest_float("colsample_bytree", 0.4, 1.0),
            "reg_lambda": trial.suggest_float("reg_lambda", 0.5, 30.0, log=True),
        }

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: Floats | None = None) -> Self:
        self.unique_times_ = time_grid(y["time"].max())
        self.encoder_ = Encoder.fit(X, keeps_gaps=True)
        weight = np.ones(len(X)) if sample_weight is None else sample_weight
        encoded = self.encoder_.transform(X).to_numpy()  # XGBoost does not read back the Hangul that it wrote in JSON
        rows, folds = Rows(encoded, y, weight), _folds(X.index, self.random_state)
        settings = self._settings(rows, folds)
        margin, rounds = np.empty(len(X)), []
        for fold in range(FOLDS):
            held_out = folds == fold
            margin[held_out], grown = self._held_out(settings, rows, held_out)
            rounds.append(grown)
        self._learn_curve(margin, y, weight)
        self.booster_ = xgboost.train(settings, self._matrix(rows), int(np.mean(rounds)))
        return self

    def predict_survival_function(self, X: pd.DataFrame, return_array: bool = True) -> Floats:
        matrix = xgboost.DMatrix(self.encoder_.transform(X).to_numpy(), nthread=THREADS)
        return self._survival(self.booster_.predict(matrix, output_margin=True).astype(float))

    def state(self) -> dict[str, Any]:
        return {
            "times": self.unique_times_.tolist(),
            "encoder": self.encoder_.state(),
            "curve": self._curve(),
            "booster": json.loads(self.booster_.save_raw("json")),
        }

    def restore(self, state: dict[str, Any]) -> Self:
        check_trees(state["booster"])
        self.unique_times_ = np.array(state["times"])
        self.encoder_ = Encoder.restore(state["encoder"])
        self._restore_curve(state["curve"])
        self.booster_ = xgboost.Booster({"nthread": THREADS})
        self.booster_.load_model(bytearray(json.dumps(state["booster"]).encode()))
        return self

    def _objective(self, rows: Rows) -> dict[str, Any]:
        """XGBoost's settings of the likelihood."""
        raise NotImplementedError

    def _matrix(self, rows: Rows) -> xgboost.DMatrix:
        """The rows with their labels, as the likelihood takes them."""
        raise NotImplementedError

    def _learn_curve(self, margin: Floats, y: np.ndarray, weight: Floats) -> None:
        """Learn the curve from what the trees say (n,) of items that they were not grown on."""
        raise NotImplementedError

    def _survival(self, margin: Floats) -> Floats:
        """(n, m): the curves on `unique_times_`."""
        raise NotImplementedError

    def _curve(self) -> dict[str, Any]:
        """What `_learn_curve` learned, as JSON's own types."""
        raise NotImplementedError

    def _restore_curve(self, curve: dict[str, Any]) -> None:
        raise NotImplementedError

    def _settings(self, rows: Rows, folds: np.ndarray) -> dict[str, Any]:
        """XGBoost's settings; what is to be learned of them is learned from the folds."""
        return self._common_settings(rows.weight) | self._objective(rows)

    def _held_out(self, settings: dict[str, Any], rows: Rows, held_out: np.ndarray) -> tuple[Floats, int]:
        """What trees that were grown on the other rows say of the rows held out, and in how many rounds they were."""
        train, test = self._matrix(rows.where(~held_out)), self._matrix(rows.where(held_out))
        watch = {"evals": [(test, "held_out")], "early_stopping_rounds": PATIENCE, "verbose_eval": False}
        grown = xgboost.train(settings, train, self.max_rounds, **watch)
        rounds = grown.best_iteration + 1
        return grown.predict(test, output_margin=True, iteration_range=(0, rounds)).astype(float), rounds

    def _common_settings(self, weight: Floats) -> dict[str, Any]:
        return {
            "max_depth": self.max_depth,
            "learning_rate": self.learning_rate,
            "min_child_weight": self.min_child_weight * float(weight.mean()),
            "subsample": self.subsample,
            "colsample_bytree": self.colsample_bytree,
            "reg_lambda": self.reg_lambda * float(weight.mean()),
            "tree_method": "hist",
            "nthread": THREADS,
            "seed": self.random_state,
        }


def check_trees(booster: dict[str, Any]) -> None:
    """Refuse trees that point outside themselves: XGBoost's loader does not check them."""
    learner = booster["learner"]
    features = int(learner["learner_model_param"]["num_feature"])
    for tree in learner["gradient_booster"]["model"]["trees"]:
        nodes = len(tree["left_children"])
        children = [*tree["left_children"], *tree["right_children"]]
        is_sound = (
            int(tree["tree_param"]["num_nodes"]) == nodes
            and {len(tree[name]) for name in ("right_children", "split_indices", "split_conditions")} == {nodes}
            and all(-1 <= child < nodes for child in children)
            and all(0 <= split < features for split in tree["split_indices"])
        )
        if not is_sound:
            raise UntrustedModel("a tree of the stored model points outside itself; train and register it again")


def _folds(items: pd.Index, seed: int) -> np.ndarray:
    """(n,): each row's fold. Whole items: rows of one item are alike."""
    codes, names = pd.factorize(items)
    return (np.random.default_rng(seed).permutation(len(names)) % FOLDS)[codes]
