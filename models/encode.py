"""Features to numbers. An encoder learns from training rows only (law 5) and is stored as JSON.

Policy: an infinite number is a gap; a number that is never negative enters as log(1 + x); numbers are standardised, and
one that lies further out than `FURTHEST` deviations enters as lying there; a gap becomes the training median with a
column of its own that says so (or stays a gap, for trees); a category met in fewer than `MIN_ROWS` training rows, or
never, has no column: it is like the average item; constant columns are dropped. Where items run in several regimes, what
was measured (`measured_…`) enters as its distance from the regime's training mean, in the regime's standard deviations.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

MIN_ROWS = 20
MOST_CATEGORIES = 24
FURTHEST = 10.0
REGIME = "regime"
MEASURED = "measured_"
FAILURES_PER_COLUMN = 10
"""Failures that a regression needs for each column (Peduzzi et al., Journal of Clinical Epidemiology 48 (1995) 1503)."""


@dataclass(frozen=True)
class Number:
    """How one number enters: standardised after an optional logarithm."""

    is_log: bool
    median: float
    mean: float
    scale: float
    has_gaps: bool

    def encode(self, values: np.ndarray, keeps_gaps: bool) -> np.ndarray:
        x = np.log1p(np.maximum(values, 0.0)) if self.is_log else values
        if not keeps_gaps:
            x = np.where(np.isnan(x), self.median, x)
        return np.clip((x - self.mean) / self.scale, -FURTHEST, FURTHEST)


@dataclass(frozen=True)
class Encoder:
    """What was learned of each feature. `keeps_gaps` leaves gaps as NaN. `regimes`: by what was measured and by regime ("" for
    all), mean and standard deviation; empty where there are not two regimes."""

    numbers: dict[str, Number]
    categories: dict[str, tuple[str, ...]]
    keeps_gaps: bool
    regimes: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)

    @classmethod
    def fit(cls, X: pd.DataFrame, keeps_gaps: bool = False) -> "Encoder":
        """Learn from training rows."""
        regimes = _regimes(X)
        X = _within_regimes(X, regimes)
        numbers = {name: _number(X[name]) for name in map(str, X) if pd.api.types.is_numeric_dtype(X[name])}
        categories = {name: _categories(X[name]) for name in map(str, X) if name not in numbers}
        return cls(
            {name: number for name, number in numbers.items() if number},
            {name: found for name, found in categories.items() if len(found) > 1},
            keeps_gaps,
            regimes,
        )

    @classmethod
    def for_regression(cls, X: pd.DataFrame, failures: int) -> "Encoder":
        """Learn from training rows; with few failures for the number of columns, of the equipment class alone."""
        encoder = cls.fit(X)
        return cls.of_class(X) if failures < FAILURES_PER_COLUMN * encoder.transform(X.head(0)).shape[1] else encoder

    @classmethod
    def of_class(cls, X: pd.DataFrame) -> "Encoder":
        """Learn of the equipment class alone."""
        return cls.fit(X[["equipment_class"]])

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """One float column per number, per gap and per category."""
        X = _within_regimes(X, self.regimes)
        columns: dict[str, np.ndarray] = {}
        for name, number in self.numbers.items():
            values = _finite(X[name])
            columns[name] = number.encode(values, self.keeps_gaps)
            if number.has_gaps and not self.keeps_gaps:
                columns[f"{name}_missing"] = np.isnan(values).astype(float)
        for name, known in self.categories.items():
            codes = pd.Categorical(X[name], categories=list(known)).codes
            for position, category in enumerate(known):
                columns[f"{name}={category}"] = (codes == position).astype(float)
        return pd.DataFrame(columns, index=X.index)

    def state(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Encoder":
        return cls(
            {name: Number(**number) for name, number in state["numbers"].items()},
            {name: tuple(known) for name, known in state["categories"].items()},
            state["keeps_gaps"],
            {name: {r: (mean, sd) for r, (mean, sd) in of.items()} for name, of in state.get("regimes", {}).items()},
        )


def _regimes(X: pd.DataFrame) -> dict[str, dict[str, tuple[float, float]]]:
    """Mean and standard deviation of what was measured by regime, of those with `MIN_ROWS` rows where it varies."""
    known = _categories(X[REGIME]) if REGIME in X else ()
    if len(known) < 2:
        return {}
    masks = {"": np.ones(len(X), bool), **{regime: (X[REGIME] == regime).to_numpy() for regime in known}}
    found = {}
    for name in (name for name in map(str, X) if name.startswith(MEASURED)):
        x = _finite(X[name])
        of = {regime: x[mask & ~np.isnan(x)] for regime, mask in masks.items()}
        varying = {regime: part for regime, part in of.items() if len(part) >= MIN_ROWS and part.std() > 0}
        if "" in varying:
            found[name] = {regime: (float(part.mean()), float(part.std())) for regime, part in varying.items()}
    return found


def _within_regimes(X: pd.DataFrame, regimes: dict[str, dict[str, tuple[float, float]]]) -> pd.DataFrame:
    """What was measured as its distance from its regime's mean; from that of all where the regime is not known."""
    if not regimes:
        return X
    at = X[REGIME].fillna("").astype(str)
    changed = {}
    for name, of in regimes.items():
        mean, scale = (at.map({r: pair[k] for r, pair in of.items()}).fillna(of[""][k]).to_numpy() for k in (0, 1))
        changed[name] = (_finite(X[name]) - mean) / scale
    return X.assign(**changed)


def _finite(values: pd.Series) -> np.ndarray:
    x = values.to_numpy(float, na_value=np.nan)
    return np.where(np.isfinite(x), x, np.nan)


def _number(values: pd.Series) -> Number | None:
    x = _finite(values)
    known = x[~np.isnan(x)]
    if len(known) < MIN_ROWS or known.min() == known.max():
        return None
    is_log = bool(known.min() >= 0)
    known = np.log1p(known) if is_log else known
    return Number(
        is_log, float(np.median(known)), float(known.mean()), float(known.std()), bool(np.isnan(x).sum() >= MIN_ROWS)
    )


def _categories(values: pd.Series) -> tuple[str, ...]:
    counts = values.dropna().astype(str).value_counts()
    kept = counts[counts >= MIN_ROWS].head(MOST_CATEGORIES)
    return tuple(sorted(str(category) for category in kept.index))
