"""Gradient-boosted trees on the accelerated-failure-time likelihood (XGBoost `survival:aft`).

The trees give a location m(x) of log time; XGBoost's own spread is a setting, not an estimate, so its curve is not
calibrated. Here the distribution of (log t - m(x)), its centre and its spread are estimated by censored maximum
likelihood on items that the trees had not seen; the trees are then grown on all rows, with the number of rounds found
there. Barnwal, Cho and Hocking, Journal of Computational and Graphical Statistics 31 (2022) 1292.
"""

import json
from typing import Any, Self

import numpy as np
import pandas as pd
import xgboost
from scipy import stats
from scipy.optimize import minimize

from models import candidate
from models.candidate import Floats
from models.curves import time_grid
from models.encode import Encoder
from models.errors import UntrustedModel

ERRORS = {"normal": stats.norm, "logistic": stats.logistic, "extreme": stats.gumbel_l}
"""The error distributions of log time, by XGBoost's names: log-normal, log-logistic and Weibull lives."""

THREADS = 1
"""Beside a busy Spark, two threads wait for each other: measured 11.3 s for a fit that takes 0.3 s with one."""

HELD_OUT = 5
"""One item in this many is held out to estimate the spread."""


class Candidate(candidate.Candidate):
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

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: Floats | None = None) -> Self:
        self.unique_times_ = time_grid(y["time"].max())
        self.encoder_ = Encoder.fit(X, keeps_gaps=True)
        weight = np.ones(len(X)) if sample_weight is None else sample_weight
        encoded = self.encoder_.transform(X)
        is_held_out = _held_out(X.index, self.random_state)
        train = _matrix(encoded[~is_held_out], y[~is_held_out], weight[~is_held_out])
        test = _matrix(encoded[is_held_out], y[is_held_out], weight[is_held_out])
        base = self._settings(y, weight)
        trial = xgboost.train(
            base, train, self.max_rounds, evals=[(test, "held_out")], early_stopping_rounds=20, verbose_eval=False
        )
        rounds = trial.best_iteration + 1
        centre = np.log(trial.predict(test, iteration_range=(0, rounds)))
        self.error_, self.shift_, self.spread_ = _errors(centre, y[is_held_out], weight[is_held_out])
        self.booster_ = xgboost.train(base, _matrix(encoded, y, weight), rounds)
        return self

    def predict_survival_function(self, X: pd.DataFrame, return_array: bool = True) -> Floats:
        matrix = xgboost.DMatrix(self.encoder_.transform(X).to_numpy(), nthread=THREADS)
        centre = np.log(self.booster_.predict(matrix)).astype(float) + self.shift_
        residual = (np.log(self.unique_times_) - centre[:, None]) / self.spread_
        return ERRORS[self.error_].sf(residual)

    def state(self) -> dict[str, Any]:
        return {
            "times": self.unique_times_.tolist(),
            "encoder": self.encoder_.state(),
            "error": self.error_,
            "shift": self.shift_,
            "spread": self.spread_,
            "booster": json.loads(self.booster_.save_raw("json")),
        }

    def restore(self, state: dict[str, Any]) -> Self:
        check_trees(state["booster"])
        self.unique_times_ = np.array(state["times"])
        self.encoder_ = Encoder.restore(state["encoder"])
        self.error_, self.shift_, self.spread_ = state["error"], state["shift"], state["spread"]
        self.booster_ = xgboost.Booster({"nthread": THREADS})
        self.booster_.load_model(bytearray(json.dumps(state["booster"]).encode()))
        return self

    def _settings(self, y: np.ndarray, weight: Floats) -> dict[str, Any]:
        """XGBoost's settings. The start is the exponential median, the scale that of log time among failures."""
        median = np.log(2.0) * (weight * y["time"]).sum() / (weight * y["event"]).sum()
        return {
            "objective": "survival:aft",
            "eval_metric": "aft-nloglik",
            "aft_loss_distribution": "logistic",
            "aft_loss_distribution_scale": 1.0,
            "base_score": float(median),
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


def _held_out(items: pd.Index, seed: int) -> np.ndarray:
    """Whole items: rows of one item are alike."""
    codes, names = pd.factorize(items)
    return (np.random.default_rng(seed).permutation(len(names)) % HELD_OUT == 0)[codes]


def _matrix(encoded: pd.DataFrame, y: np.ndarray, weight: Floats) -> xgboost.DMatrix:
    return xgboost.DMatrix(
        encoded.to_numpy(),  # without names: XGBoost does not read back the Hangul that it wrote into its JSON
        weight=weight,
        label_lower_bound=y["time"],
        label_upper_bound=np.where(y["event"], y["time"], np.inf),
        nthread=THREADS,
    )


def _errors(centre: Floats, y: np.ndarray, weight: Floats) -> tuple[str, float, float]:
    """The likeliest error distribution of log time around `centre`, with its shift and spread."""
    log_time, event = np.log(y["time"]), y["event"]

    def loss(parameters: Floats, error: Any) -> float:
        spread = np.exp(parameters[1])
        z = (log_time - centre - parameters[0]) / spread
        return -float(weight @ np.where(event, error.logpdf(z) - parameters[1], error.logsf(z)))

    fits = {name: minimize(loss, [0.0, 0.0], (error,), method="Nelder-Mead") for name, error in ERRORS.items()}
    best = min(fits, key=lambda name: fits[name].fun)
    shift, log_spread = fits[best].x
    return best, float(shift), float(np.exp(log_spread))
