"""Settings found on the past, before anything is tested on it: Optuna on inner time splits.

What is searched is each candidate's own `space`. Every trial is fitted at inner cuts and scored (integrated Brier) on what
came after them, of records known by the first tested cut: the windows of the gate's test are never seen. The first trial
is the candidate as it is, so that tuning finds nothing worse there. Seeded and one by one: the same rows give the same
settings. Akiba et al., KDD 2019; Bergstra et al. (TPE), NeurIPS 24 (2011).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import optuna
import pandas as pd
from sklearn.base import clone

from models import metrics
from models.backtest import MIN_FAILURES, Plan, fit, inputs
from models.candidate import Candidate
from models.curves import cumulative_hazard
from models.errors import TooFewFailures
from models.splits import Split, known_assets_later, recensor, rolling_cuts

INNER_CUTS = 2


@dataclass(frozen=True)
class Trial:
    """One try: the candidate's settings and its integrated Brier score on the inner windows."""

    candidate: str
    settings: Mapping[str, Any]
    score: float


@dataclass(frozen=True)
class Tuned:
    """The recipes with the settings found, and every trial."""

    recipes: dict[str, Candidate]
    trials: tuple[Trial, ...]


def tune(
    frame: pd.DataFrame,
    recipes: Mapping[str, Candidate],
    features: Sequence[str],
    tests: Plan,
    before: date,
    trials: int,
    seed: int,
) -> Tuned:
    """Tune the recipes that have a `space` with `trials` tries each, on what was known by `before`.

    A recipe made of others takes their settings. Where the past is too short to be split again, nothing is tuned.
    """
    splits = _inner_splits(recensor(frame, before), tests)
    found, tried = dict(recipes), []
    for name, recipe in recipes.items():
        if splits and type(recipe).space(optuna.trial.FixedTrial(recipe.get_params())):
            of_recipe = _search(name, recipe, splits, features, tests, trials, seed)
            found[name] = clone(recipe).set_params(**min(of_recipe, key=lambda trial: trial.score).settings)
            tried += of_recipe
    for name, recipe in found.items():
        if recipe.members:
            settings = {member: found[member].get_params() for member in recipe.members if member in found}
            found[name] = clone(recipe).set_params(settings=settings)
    return Tuned(found, tuple(tried))


def _inner_splits(known: pd.DataFrame, tests: Plan) -> list[Split]:
    try:
        cuts = rolling_cuts(known, tests.horizons_d[-1], INNER_CUTS)
        found = [known_assets_later(known, cut) for cut in cuts]
    except TooFewFailures:
        return []
    return [s for s in found if s.train["event"].sum() >= MIN_FAILURES and s.test["event"].sum() >= MIN_FAILURES]


def _search(
    name: str,
    recipe: Candidate,
    splits: Sequence[Split],
    features: Sequence[str],
    tests: Plan,
    trials: int,
    seed: int,
) -> list[Trial]:
    tried: list[Trial] = []

    def objective(trial: optuna.Trial) -> float:
        settings = type(recipe).space(trial)
        score = _score(clone(recipe).set_params(**settings), splits, features, tests, seed)
        tried.append(Trial(name, settings, score))
        return score

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(type(recipe).space(optuna.trial.FixedTrial(recipe.get_params())))
    study.optimize(objective, n_trials=trials, catch=(ValueError, ArithmeticError, np.linalg.LinAlgError))
    return tried or [Trial(name, {}, np.inf)]


def _score(recipe: Candidate, splits: Sequence[Split], features: Sequence[str], tests: Plan, seed: int) -> float:
    parts = []
    for split in splits:
        hazard = cumulative_hazard(fit(recipe, split.train, features, seed), inputs(split.test, features), tests.times)
        time_d, event = split.test["time_d"].to_numpy(float), split.test["event"].to_numpy(bool)
        parts.append(metrics.brier_rows(time_d, event, np.exp(-hazard), tests.times))
    return float(np.concatenate(parts).mean())
