"""How items age: a Weibull hazard on the age scale, with what is lasting about an item.

Curves of remaining life tell of an item as it stands. To say what a new item in its place would do, its age and what
stays must be told apart:

    h(age) = frailty · exp(attributes · β) · rate · shape · age^(shape - 1)

The shape is that of a stratum, a class and a maker; it is drawn towards the class's, as that is towards a constant
hazard, the more the fewer failures there are. β is a Poisson regression with a ridge on attributes that no repair changes
(Holford, Biometrics 36 (1980) 299). The frailty is the item's own: gamma with mean 1, of the variance that is likeliest
for the counts of failures, and after d failures against Λ expected ones it is (1/v + d) / (1/v + Λ) (Vaupel, Manton and
Stallard, Demography 16 (1979) 439). Repair leaves the age as it was, so an item gives many failures.

A *period* is an item's time from one landmark to the next, or to the first failure if one came earlier: `age_d` at its
beginning, `days`, `failed`. Entry at that age is in the likelihood (law 6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from models.candidate import Floats
from models.encode import Encoder

YEAR_D = 365.25
"""Ages enter in years, so that rates of different shapes are of one size."""

CLASS_SPREAD, STRATUM_SPREAD, RATE_SPREAD = 0.5, 0.3, 0.3
"""Standard deviations, a priori, of log shape around 0 and around its class's, and of a stratum's log rate."""

RIDGE = 1.0
ROUNDS = 6
LARGEST_LOG_SHAPE = 2.0
BINS = 10
"""Spans of age of a class, about."""
BIN_PRIOR = 5.0
"""Failures, seen and expected, with which a span of ages has half a say against the Weibull."""

REPAIRS = "repairs_count"


@dataclass(frozen=True)
class Ageing:
    """`shapes` and `log_rates` by class and maker, those of a class under the maker "", of all under two empty names;
    `bends` by class ("" for all): the ages (years) from which a factor multiplies the hazard, and the factors."""

    attributes: tuple[str, ...]
    encoder: Encoder
    effects: Floats
    repair: float
    shapes: dict[tuple[str, str], float]
    log_rates: dict[tuple[str, str], float]
    bends: dict[str, tuple[Floats, Floats]]
    frailty_variance: float

    @classmethod
    def fit(cls, periods: pd.DataFrame, attributes: Sequence[str]) -> Self:
        """Learn from periods that have the attributes, `repairs_count`, `unit`, `item_id`, `equipment_class` and
        `manufacturer`; by expectation and maximisation over the frailties."""
        items = periods.drop_duplicates(["_source", "item_id"], keep="last").reset_index(drop=True)
        item = _of_item(periods, items)
        encoder = Encoder.fit(items[list(attributes)])
        encoded = encoder.transform(items[list(attributes)]).to_numpy()
        failed, repairs = periods["failed"].to_numpy(float), _repairs(periods)
        failures = _sums(item, failed, len(items))
        effects, frailty, repair, variance = np.zeros(encoded.shape[1]), np.ones(len(items)), 0.0, 0.3
        for _ in range(ROUNDS):
            lasting = (encoded @ effects + np.log(frailty))[item]
            shapes, log_rates = _laws(periods, lasting + repair * repairs)
            borne = _expected(periods, shapes, log_rates)
            repair = poisson_slope(failed, borne * np.exp(lasting), repairs, repair)
            expected = _sums(item, borne * np.exp(repair * repairs), len(items))
            effects = _poisson(encoded, failures, frailty * expected, effects)
            expected = expected * np.exp(encoded @ effects)
            variance = _frailty_variance(failures, expected)
            frailty = (1.0 / variance + failures) / (1.0 / variance + expected)
        lasting = (encoded @ effects + np.log(frailty))[item] + repair * repairs
        bends = _bends(periods, borne * np.exp(lasting))
        return cls(tuple(attributes), encoder, effects, repair, shapes, log_rates, bends, variance)

    def state(self) -> dict[str, Any]:
        """Everything learned, as JSON's own types."""
        return {
            "attributes": self.attributes,
            "encoder": self.encoder.state(),
            "effects": self.effects.tolist(),
            "repair": self.repair,
            "laws": [[*stratum, shape, self.log_rates[stratum]] for stratum, shape in self.shapes.items()],
            "bends": {name: [edges.tolist(), factors.tolist()] for name, (edges, factors) in self.bends.items()},
            "frailty_variance": self.frailty_variance,
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Self:
        laws = {(name, maker): (shape, log_rate) for name, maker, shape, log_rate in state["laws"]}
        return cls(
            tuple(state["attributes"]),
            Encoder.restore(state["encoder"]),
            np.array(state["effects"], float),
            state["repair"],
            {stratum: law[0] for stratum, law in laws.items()},
            {stratum: law[1] for stratum, law in laws.items()},
            {name: (np.array(edges), np.array(factors)) for name, (edges, factors) in state["bends"].items()},
            state["frailty_variance"],
        )

    def hazard(self, rows: pd.DataFrame, times: Floats) -> Floats:
        """(n, m): the cumulative hazard of items as they stand, at frailty 1."""
        repaired = np.exp(self.repair * _repairs(rows))[:, None]
        return repaired * self._between(rows, rows["age_d"].to_numpy(float), times)

    def new_hazard(self, rows: pd.DataFrame, times: Floats) -> Floats:
        """(n, m): that of a new item in the place of each."""
        return self._between(rows, np.zeros(len(rows)), times)

    def frailty(self, periods: pd.DataFrame, rows: pd.DataFrame) -> Floats:
        """(n,): the items' frailty, as their own periods so far tell it; 1 for an item without any."""
        items = rows[["_source", "item_id"]].drop_duplicates().reset_index(drop=True)
        own = periods.merge(items, on=["_source", "item_id"])
        item, days = _of_item(own, items), own["days"].to_numpy(float)[:, None]
        borne = self.hazard(own, days)[:, 0]
        prior = 1.0 / self.frailty_variance
        failed, expected = _sums(item, own["failed"].to_numpy(float), len(items)), _sums(item, borne, len(items))
        return ((prior + failed) / (prior + expected))[_of_item(rows, items)]

    def _between(self, rows: pd.DataFrame, age_d: Floats, days: Floats) -> Floats:
        """(n, m): the cumulative hazard from an age on; `days` (m,) or (n, 1)."""
        shape, log_rate = (_by_stratum(rows, law)[:, None] for law in (self.shapes, self.log_rates))
        lasting = (self.encoder.transform(rows[list(self.attributes)]).to_numpy() @ self.effects)[:, None]
        classes = rows["equipment_class"].fillna("").to_numpy()
        borne = np.zeros(np.broadcast_shapes((len(rows), 1), np.shape(days)))
        for name in np.unique(classes.astype(str)):
            at = classes == name
            until = days[at] if np.ndim(days) == 2 else days
            borne[at] = _bent(age_d[at, None], until, shape[at], *self.bends.get(name, self.bends[""]))
        return np.exp(log_rate + lasting) * borne


def _bent(age_d: Floats, days: Floats, shape: Floats, edges: Floats, factors: Floats) -> Floats:
    """The Weibull hazard between ages, each span of ages times its factor."""
    first, last = age_d / YEAR_D, (age_d + days) / YEAR_D
    spans = zip(factors, edges, [*edges[1:], np.inf], strict=True)
    return sum(f * (np.clip(last, low, high) ** shape - np.clip(first, low, high) ** shape) for f, low, high in spans)


def _bends(periods: pd.DataFrame, expected: Floats) -> dict[str, tuple[Floats, Floats]]:
    """Failures over expected ones by class and span of age; the spans end where so many failures, or periods, have been."""
    age_y = periods["age_d"].to_numpy(float) / YEAR_D
    failed, classes = periods["failed"].to_numpy(bool), periods["equipment_class"].fillna("").to_numpy().astype(str)
    found = {"": (np.zeros(1), np.ones(1))}
    for name in np.unique(classes):
        at = classes == name
        ages = age_y[at & failed]
        shares = np.linspace(0, 1, BINS // 2 + 1)[1:-1]
        inner = np.unique([np.quantile(of, shares) for of in (ages, age_y[at]) if len(of)])
        edges = np.concatenate([[0.0], inner[inner > 0]])
        span = np.searchsorted(edges, age_y[at], side="right") - 1
        seen, due = (_sums(span, of[at], len(edges)) for of in (failed.astype(float), expected))
        told = (seen + due) / (seen + due + BIN_PRIOR)
        found[name] = edges, ((seen + 0.5) / (due + 0.5)) ** told
    return found


def _repairs(rows: pd.DataFrame) -> Floats:
    """(n,): log(1 + repairs since the item was new)."""
    return np.log1p(rows[REPAIRS].fillna(0.0).to_numpy(float))


def poisson_slope(failed: Floats, expected: Floats, x: Floats, start: float = 0.0) -> float:
    """The likeliest effect of one column on Poisson counts, drawn towards 0."""
    slope = start
    for _ in range(20):
        mean = expected * np.exp(np.clip(slope * x, -5.0, 5.0))
        slope += float(np.clip(((failed - mean) @ x - RIDGE * slope) / (mean @ x**2 + RIDGE), -0.5, 0.5))
    return slope


def _weibull(age_d: Floats, days: Floats, shape: Floats) -> Floats:
    return ((age_d + days) / YEAR_D) ** shape - (age_d / YEAR_D) ** shape


def _sums(group: np.ndarray, values: Floats, count: int) -> Floats:
    """(count,): the sum of the values of each group."""
    return np.bincount(group, values, count).astype(float)


def _of_item(rows: pd.DataFrame, items: pd.DataFrame) -> np.ndarray:
    """(n,): where each row's item stands among the items."""
    known = pd.MultiIndex.from_frame(items[["_source", "item_id"]])
    return known.get_indexer(pd.MultiIndex.from_frame(rows[["_source", "item_id"]]))


def strata(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Class and maker of each row."""
    return list(zip(rows["equipment_class"].fillna(""), rows["manufacturer"].fillna(""), strict=True))


def _by_stratum(rows: pd.DataFrame, values: dict[tuple[str, str], float]) -> Floats:
    """(n,): the value of each row's stratum, else its class's, else that of all."""
    every = values["", ""]
    return np.array([values.get(s, values.get((s[0], ""), every)) for s in strata(rows)])


Law = tuple[float, float]
"""Log shape and log rate."""


def _laws(periods: pd.DataFrame, lasting: Floats) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """Shape and log rate of each class and stratum, at given log effects (n,)."""
    of_row = pd.Series(strata(periods), index=periods.index)
    lasting_of = pd.Series(lasting, index=periods.index)
    everything = _law(periods, lasting, (0.0, 0.0), CLASS_SPREAD, is_first=True)
    found = {("", ""): everything}
    for name, rows in periods.groupby(of_row.str[0]):
        of_class = _law(rows, np.asarray(lasting_of[rows.index], float), everything, CLASS_SPREAD)
        found[str(name), ""] = of_class
        for stratum, part in rows.groupby(of_row[rows.index]):
            found[stratum] = _law(part, np.asarray(lasting_of[part.index], float), of_class, STRATUM_SPREAD)
    return {s: float(np.exp(law[0])) for s, law in found.items()}, {s: law[1] for s, law in found.items()}


def _law(periods: pd.DataFrame, lasting: Floats, around: Law, spread: float, is_first: bool = False) -> Law:
    """The likeliest law, drawn towards another one; the first is drawn in its shape alone."""
    age_d, days = periods["age_d"].to_numpy(float)[:, None], periods["days"].to_numpy(float)[:, None]
    failed = periods["failed"].to_numpy(bool)
    ended = np.log(np.maximum(age_d + days, 1.0)[failed, 0] / YEAR_D).sum()
    factor, count = np.exp(lasting), float(failed.sum())

    def borne(log_shape: float) -> float:
        return float(factor @ _weibull(age_d, days, np.exp(log_shape))[:, 0])

    def loss(log_shape: float) -> float:
        likelihood = count * (log_shape - np.log(borne(log_shape))) + (np.exp(log_shape) - 1.0) * ended
        return -likelihood + (log_shape - around[0]) ** 2 / (2 * spread**2)

    found = float(minimize_scalar(loss, bounds=(-LARGEST_LOG_SHAPE, LARGEST_LOG_SHAPE), method="bounded").x)
    if not is_first:
        expected, prior = np.exp(around[1]) * borne(around[0]), RATE_SPREAD**-2
        count = expected * (count + prior) / (expected + prior)
    return found, float(np.log(max(count, 1e-3) / borne(found)))


def _expected(
    periods: pd.DataFrame, shapes: dict[tuple[str, str], float], log_rates: dict[tuple[str, str], float]
) -> Floats:
    """(n,): the failures expected of each period, the attributes left out."""
    age_d, days = periods["age_d"].to_numpy(float)[:, None], periods["days"].to_numpy(float)[:, None]
    shape, log_rate = (_by_stratum(periods, law) for law in (shapes, log_rates))
    return np.exp(log_rate) * _weibull(age_d, days, shape[:, None])[:, 0]


def _poisson(encoded: Floats, failures: Floats, expected: Floats, start: Floats) -> Floats:
    """Ridge regression of counts of failures over expected ones, by Newton's steps (the columns are no intercept)."""
    effects = start
    for _ in range(25):
        mean = expected * np.exp(np.clip(encoded @ effects, -5.0, 5.0))
        slope = encoded.T @ (failures - mean) - RIDGE * effects
        step = np.linalg.solve(encoded.T @ (encoded * mean[:, None]) + RIDGE * np.eye(len(effects)), slope)
        effects = effects + np.clip(step, -1.0, 1.0)
        if np.abs(step).max(initial=0.0) < 1e-6:
            break
    return effects


def _frailty_variance(failures: Floats, expected: Floats) -> float:
    """The variance that is likeliest for counts that are Poisson about a gamma frailty."""

    def loss(log_variance: float) -> float:
        q = np.exp(-log_variance)
        told = gammaln(failures + q) - gammaln(q) + q * np.log(q) - (failures + q) * np.log(q + expected)
        return -float((told + failures * np.log(np.maximum(expected, 1e-12))).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(0.01), np.log(3.0)), method="bounded").x))
