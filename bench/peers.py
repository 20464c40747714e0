"""The usual methods as their own documentation shows them, untuned, on columns encoded as ours are (`models.encode`)."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import xgboost
from lifelines import CoxPHFitter, WeibullAFTFitter
from scipy.stats import norm
from sksurv.ensemble import RandomSurvivalForest

from bench.sidebyside import SEED, Prediction
from models.candidate import Floats, survival
from models.encode import Encoder

PENALTY = 0.01
"""Ridge penalty without which columns that tell the same have no maximum of the likelihood."""

SCALE = 1.2
"""Of XGBoost's AFT distribution, as its tutorial has it."""

Peer = Callable[[pd.DataFrame, pd.DataFrame, list[str], Floats], Prediction]
"""(training rows, rows to predict, features, times in days) to a prediction."""


def weibull(train: pd.DataFrame, test: pd.DataFrame, features: list[str], times: Floats) -> Prediction:
    """Weibull AFT regression (lifelines)."""
    encoder = Encoder.fit(train[features])
    fitter = WeibullAFTFitter(penalizer=PENALTY).fit(_columns(encoder, train, labelled=True), "time_d", "event")
    X = _columns(encoder, test)
    return Prediction(-fitter.predict_median(X).to_numpy(), fitter.predict_survival_function(X, times).to_numpy().T)


def cox(train: pd.DataFrame, test: pd.DataFrame, features: list[str], times: Floats) -> Prediction:
    """Cox regression (lifelines)."""
    encoder = Encoder.fit(train[features])
    fitter = CoxPHFitter(penalizer=PENALTY).fit(_columns(encoder, train, labelled=True), "time_d", "event")
    X = _columns(encoder, test)
    return Prediction.of_curves(fitter.predict_survival_function(X, times).to_numpy().T)


def forest(train: pd.DataFrame, test: pd.DataFrame, features: list[str], times: Floats) -> Prediction:
    """A random survival forest (scikit-survival), with the leaves of its user guide."""
    encoder = Encoder.fit(train[features])
    fitted = RandomSurvivalForest(n_estimators=200, min_samples_split=10, min_samples_leaf=15, random_state=SEED)
    fitted.fit(_columns(encoder, train).to_numpy(), survival(train["time_d"], train["event"]))
    X = _columns(encoder, test).to_numpy()
    curves = fitted.predict_survival_function(X, return_array=True)
    after = np.searchsorted(fitted.unique_times_, times, side="right")
    return Prediction(fitted.predict(X), np.hstack([np.ones((len(X), 1)), curves])[:, after])


def xgb_aft(train: pd.DataFrame, test: pd.DataFrame, features: list[str], times: Floats) -> Prediction:
    """XGBoost's AFT with the settings of its tutorial, stopped early on 30 % of the rows; the curve is its own normal."""
    encoder = Encoder.fit(train[features], keeps_gaps=True)
    is_kept_back = np.random.default_rng(SEED).random(len(train)) < 0.3
    parts = [
        _matrix(encoder, train[features], train[~is_kept_back]),
        _matrix(encoder, train[features], train[is_kept_back]),
    ]
    settings = {
        "objective": "survival:aft",
        "eval_metric": "aft-nloglik",
        "aft_loss_distribution": "normal",
        "aft_loss_distribution_scale": SCALE,
        "tree_method": "hist",
        "learning_rate": 0.05,
        "max_depth": 2,
        "nthread": 1,
        "seed": SEED,
    }
    grown = xgboost.train(
        settings, parts[0], 2_000, evals=[(parts[1], "held_out")], early_stopping_rounds=50, verbose_eval=False
    )
    matrix = xgboost.DMatrix(encoder.transform(test[features]).to_numpy(), nthread=1)
    location = grown.predict(matrix, output_margin=True, iteration_range=(0, grown.best_iteration + 1)).astype(float)
    return Prediction(-location, norm.sf((np.log(times) - location[:, None]) / SCALE))


def _matrix(encoder: Encoder, X: pd.DataFrame, rows: pd.DataFrame) -> xgboost.DMatrix:
    time_d = rows["time_d"].to_numpy(float)
    return xgboost.DMatrix(
        encoder.transform(X.loc[rows.index]).to_numpy(),
        label_lower_bound=time_d,
        label_upper_bound=np.where(rows["event"], time_d, np.inf),
        nthread=1,
    )


def _columns(encoder: Encoder, rows: pd.DataFrame, labelled: bool = False) -> pd.DataFrame:
    columns = encoder.transform(rows).reset_index(drop=True)
    return columns.assign(time_d=rows["time_d"].to_numpy(), event=rows["event"].to_numpy()) if labelled else columns
