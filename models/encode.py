"""Features to numbers. An encoder learns from training rows only (law 5) and is stored as JSON.

Policy: an infinite number is a gap; a number that is never negative enters as log(1 + x); numbers are standardised, and
one that lies further out than `FURTHEST` deviations enters as lying there; a gap becomes the training median with a
column of its own that says so (or stays a gap, for trees); a category met in fewer than `MIN_ROWS` training rows, or
never, has no column: it is like the average item; constant columns are dropped.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

MIN_ROWS = 20
MOST_CATEGORIES = 24
FURTHEST = 10.0
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
    """What was learned of each feature. `keeps_gaps` leaves gaps as NaN."""

    numbers: dict[str, Number]
    categories: dict[str, tuple[str, ...]]
    keeps_gaps: bool

    @classmethod
    def fit(cls, X: pd.DataFrame, keeps_gaps: bool = False) -> "Encoder":
        """Learn from training rows."""
        numbers = {name: _number(X[name]) for name in map(str, X) if pd.api.types.is_numeric_dtype(X[name])}
        categories = {name: _categories(X[name]) for name in map(str, X) if name not in numbers}
        return cls(
            {name: number for name, number in numbers.items() if number},
            {name: found for name, found in categories.items() if len(found) > 1},
            keeps_gaps,
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
        )


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
