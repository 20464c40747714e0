"""What every candidate must do, tried on lives whose law is known: `yeji candidates check`.

Each law is a function of a candidate's class that returns what is wrong with it, an empty text where nothing is.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone

from models import metrics
from models.candidate import Candidate, Floats, Storable, survival
from models.curves import cumulative_hazard

SHAPE, SCALE_D, PUMP_FACTOR, LOAD_EFFECT = 1.5, 700.0, 0.6, -0.5
ITEMS = 1_500
TOLERANCE = 1e-6
HORIZON_D = 365.0


@dataclass(frozen=True)
class Lives:
    """Feature rows (n), indexed by equipment, and their lives: times (days, rounded up), events, weights."""

    X: pd.DataFrame
    time_d: Floats
    event: np.ndarray
    weight: Floats

    @property
    def y(self) -> np.ndarray:
        return survival(self.time_d, self.event)


@dataclass(frozen=True)
class Finding:
    """How a candidate stands to one law; `wrong` is empty where it keeps it."""

    law: str
    wrong: str


def lives(items: int = ITEMS, seed: int = 0, followed_d: float = 900.0) -> Lives:
    """Weibull lives: pumps live 0.6 times as long as tanks, and load shortens lives; followed `followed_d` days at
    most, on average half of it. One feature tells nothing, one has gaps."""
    rng = np.random.default_rng(seed)
    is_pump, load = rng.random(items) < 0.5, rng.normal(size=items)
    life = SCALE_D * np.where(is_pump, PUMP_FACTOR, 1.0) * np.exp(LOAD_EFFECT * load) * rng.weibull(SHAPE, items)
    followed = rng.uniform(0.0, followed_d, items)
    X = pd.DataFrame(
        {
            "age_d": rng.uniform(0, 3000, items),
            "load_share": np.where(rng.random(items) < 0.05, np.nan, load),
            "equipment_class": np.where(is_pump, "PU", "TA"),
        },
        index=pd.Index([f"E-{number:05d}" for number in range(items)], name="unit"),
    )
    return Lives(X, np.maximum(np.ceil(np.minimum(life, followed)), 1.0), life <= followed, np.ones(items))


def check(of: type[Candidate]) -> list[Finding]:
    """How the candidate stands to each law."""
    return [Finding(law, wrong_with(of, law)) for law in LAWS]


def wrong_with(of: type[Candidate], law: str) -> str:
    """What of the candidate breaks the law; its error's own words where it breaks itself."""
    try:
        return LAWS[law](of)
    except Exception as error:  # a candidate may raise anything
        return f"{type(error).__name__}: {error}"


def fitted(of: type[Candidate], known: Lives) -> Candidate:
    """The candidate with its defaults, fitted on the lives."""
    return of().fit(known.X, known.y, sample_weight=known.weight)


def curves_fall_from_one(of: type[Candidate]) -> str:
    known = lives()
    model = fitted(of, known)
    curve = _curves(model, known.X)
    if curve.shape != (len(known.X), len(model.unique_times_)):
        return f"{curve.shape} values for {len(known.X)} rows at {len(model.unique_times_)} times of `unique_times_`"
    if not np.all(np.diff(model.unique_times_) > 0) or model.unique_times_[0] <= 0:
        return "`unique_times_` must ascend from above 0"
    if not np.isfinite(curve).all() or curve.min() < 0 or curve.max() > 1:
        return f"survival lies between {np.nanmin(curve):.3f} and {np.nanmax(curve):.3f}; it must lie in 0 to 1"
    rise = float(np.diff(curve, axis=1).max())
    return f"a curve rises by {rise:.2g}" if rise > TOLERANCE else ""


def settings_are_parameters(of: type[Candidate]) -> str:
    made = of()
    params = made.get_params()
    if clone(made).get_params() != params:
        return "a clone has other settings: `__init__` must keep each argument as it is, under its own name"
    if json.loads(json.dumps(params)) != params:
        return "settings must be JSON's own types (a list, not a tuple): they are kept in MLflow"
    return ""


def fitting_twice_gives_the_same(of: type[Candidate]) -> str:
    known = lives()
    gap = _gap(_curves(fitted(of, known), known.X), _curves(fitted(of, known), known.X))
    return f"two fits on the same rows differ by up to {gap:.3f}; fix `random_state`" if gap > TOLERANCE else ""


def training_rows_stay_as_they_are(of: type[Candidate]) -> str:
    known = lives()
    before, times = known.X.copy(), known.y.copy()
    y = known.y
    of().fit(known.X, y, sample_weight=known.weight)
    return "" if known.X.equals(before) and (y == times).all() else "`fit` changes the rows that it is given"


def a_row_is_predicted_alone(of: type[Candidate]) -> str:
    """Law 5: what is predicted of one item does not rest on the others that are asked about."""
    known = lives()
    model = fitted(of, known)
    gap = _gap(_curves(model, known.X)[:5], np.vstack([_curves(model, known.X.iloc[[i]]) for i in range(5)]))
    return f"a row alone gets another curve than among others (by {gap:.3f})" if gap > TOLERANCE else ""


def gaps_and_news_are_taken(of: type[Candidate]) -> str:
    known = lives()
    strange = known.X.head(4).copy()
    strange["load_share"] = [np.nan, np.inf, -np.inf, 1e300]
    strange["equipment_class"] = ["never seen", None, "PU", ""]
    return "" if np.isfinite(_curves(fitted(of, known), strange)).all() else "a gap or a new category gives no curve"


def what_shortens_lives_raises_the_risk(of: type[Candidate]) -> str:
    known, later = lives(), lives(seed=1)
    c = float(metrics.harrell_c(later.time_d, later.event, fitted(of, known).predict(later.X), later.weight))
    least = 0.55 if of.is_baseline else 0.65
    return f"C is {c:.3f} on other items of the same law; {least} at least is possible" if c < least else ""


def censored_lives_count(of: type[Candidate]) -> str:
    """Law 6: the same law followed for half as long gives the same curves."""
    long, short = lives(ITEMS * 2), lives(ITEMS * 2, followed_d=450.0)
    horizon_d = np.array([200.0])
    means = [float(_at(fitted(of, known), long.X, horizon_d).mean()) for known in (long, short)]
    gap = abs(means[0] - means[1])
    wrong = f"mean survival at 200 days is {means[0]:.2f}, and {means[1]:.2f} where lives are followed half as long"
    return wrong if gap > 0.06 else ""


def weights_count(of: type[Candidate]) -> str:
    """Rows of next to no weight change next to nothing, even where they tell the contrary."""
    known, wrong = lives(), lives(seed=2)
    misled = Lives(
        pd.concat([known.X, wrong.X.set_axis("W-" + wrong.X.index)]),
        np.concatenate([known.time_d, np.ones(ITEMS)]),
        np.concatenate([known.event, np.ones(ITEMS, bool)]),
        np.concatenate([known.weight, np.full(ITEMS, 1e-6)]),
    )
    horizon_d = np.array([HORIZON_D])
    means = [float(_at(fitted(of, rows), known.X, horizon_d).mean()) for rows in (known, misled)]
    return "" if abs(means[0] - means[1]) < 0.1 else "`sample_weight` is not used: items with many rows count for many"


def chances_are_those_observed(of: type[Candidate]) -> str:
    known, later = lives(ITEMS * 2), lives(ITEMS * 2, seed=1)
    at = _at(fitted(of, known), later.X, np.array([HORIZON_D]))[:, 0]
    ratio = float(metrics.observed_expected(later.time_d, later.event, at, HORIZON_D, later.weight))
    return (
        ""
        if 0.85 <= ratio <= 1.15
        else f"observed/expected at {HORIZON_D:.0f} days is {ratio:.2f}; 0.85 to 1.15 is asked"
    )


def stored_it_predicts_the_same(of: type[Candidate]) -> str:
    """Only for a candidate that can be stored as data; another is compared, never promoted."""
    known = lives()
    model = fitted(of, known)
    if not isinstance(model, Storable):
        return ""
    restored = of(**model.get_params()).restore(json.loads(json.dumps(model.state())))
    gap = _gap(_curves(model, known.X), _curves(restored, known.X))
    return f"read back from JSON its curves differ by {gap:.3f}" if gap > TOLERANCE else ""


LAWS: Mapping[str, Callable[[type[Candidate]], str]] = {
    law.__name__.replace("_", " "): law
    for law in (
        settings_are_parameters,
        curves_fall_from_one,
        fitting_twice_gives_the_same,
        training_rows_stay_as_they_are,
        a_row_is_predicted_alone,
        gaps_and_news_are_taken,
        what_shortens_lives_raises_the_risk,
        censored_lives_count,
        weights_count,
        chances_are_those_observed,
        stored_it_predicts_the_same,
    )
}


def _curves(model: Candidate, X: pd.DataFrame) -> Floats:
    return np.asarray(model.predict_survival_function(X, return_array=True), float)


def _at(model: Candidate, X: pd.DataFrame, times: Floats) -> Floats:
    return np.exp(-cumulative_hazard(model, X, times))


def _gap(a: Floats, b: Floats) -> float:
    return float(np.abs(a - b).max())
