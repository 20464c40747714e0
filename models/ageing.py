"""How items age: a Weibull hazard on the age scale, with what is lasting about an item.

Curves of remaining life tell of an item as it stands. To say what a new item in its place would do, its age and what
stays must be told apart:

    h(age) = frailty · exp(attributes · β) · rate · shape · age^(shape - 1)

The shape is that of a stratum, a class and a maker; it is drawn towards the class's, as that is towards a constant
hazard, the more the fewer failures there are. β is a Poisson regression with a ridge on attributes that no repair changes
(Holford, Biometrics 36 (1980) 299), for each class drawn towards that of all. Where failures by age say otherwise the
Weibull is bent: each span of ages has a factor, exact for the part of a period that lies in it.

The frailty is the item's own: gamma with mean 1, of the variance that is likeliest for the counts of failures of its class.
An item that came to its first period at an age has not been renewed until then, a share of whose failures would have
renewed it: the frailer ones are gone. After d failures against Λ expected ones, and Λ' such ones before, its frailty is
(1/v + d) / (1/v + Λ' + Λ) (Vaupel, Manton and Stallard, Demography 16 (1979) 439). Repair leaves the age as it was, so an
item gives many failures.

A *period* is an item's time from one landmark to the next, or to the first failure if one came earlier: `age_d` at its
beginning, `days`, `failed`. Entry at that age is in the likelihood (law 6).
"""

from collections.abc import Iterator, Mapping, Sequence
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

EFFECT_SPREAD = 0.3
"""That of an effect of a class, for an attribute's standard deviation, around the effect on all."""

VARIANCE_SPREAD = 0.7
"""That of the log variance of a class's frailties around that of all."""

RIDGE = 1.0
ROUNDS, WITHOUT_REPAIRS = 12, 4
"""Rounds of expectation and maximisation, and the first of them, which know no effect of repairs: they count failures as
frailties do, and would take their place."""
LARGEST_LOG_SHAPE = 2.0
BINS = 10
"""Spans of age of a class, about."""
YOUNG_Y = (0.1, 0.25, 0.5, 1.0)
"""Ages (years) at which a span ends as well: what fails early fails within them."""
BIN_PRIOR = 1.0
"""The factor of a span of ages is gamma a priori, with mean 1 and variance one over this."""

REPAIRS = "repairs_count"

Law = tuple[float, float]
"""Log shape and log rate."""
Laws = dict[tuple[str, str], float]
"""A number by class and maker."""
Bends = dict[str, tuple[Floats, Floats]]
"""By class, the ages (years) from which a factor multiplies the hazard, and the factors."""


@dataclass(frozen=True)
class Ageing:
    """`effects` of the encoded attributes, `repair`, `frailty_variance` and `renewed` (the share of failures after which the item
    was new) by class ("" for all); `shapes` and `log_rates` by class and maker, those of a class under the maker "", of all under
    two empty names; `bends` by class ("" for all): the ages (years) from which a factor multiplies the hazard, and the factors."""

    attributes: tuple[str, ...]
    encoder: Encoder
    effects: dict[str, Floats]
    repair: dict[str, float]
    shapes: Laws
    log_rates: Laws
    bends: Bends
    frailty_variance: dict[str, float]
    renewed: dict[str, float]

    @classmethod
    def fit(cls, periods: pd.DataFrame, attributes: Sequence[str], renewed: Mapping[str, float]) -> Self:
        """Learn by expectation and maximisation over the frailties.

        periods : ordered by item and date, with the attributes, `repairs_count`, `unit`, `item_id`, `equipment_class` and
        `manufacturer`. renewed : by class ("" for all) the share of failures after which the item was new.
        """
        items = periods.drop_duplicates(["_source", "item_id"], keep="last").reset_index(drop=True)
        item = _of_item(periods, items)
        encoder = Encoder.fit(items[list(attributes)])
        encoded = encoder.transform(items[list(attributes)]).to_numpy()
        failed, repairs = periods["failed"].to_numpy(float), _repairs(periods)
        failures = _sums(item, failed, len(items))
        entries = _entries(periods, items)
        of_item, of_period = classes_of(items), classes_of(periods)
        names = list(np.unique(of_item))
        effects: dict[str, Floats] = {"": np.zeros(encoded.shape[1])}
        repair, frailty = {"": 0.0}, np.ones(len(items))
        for number in range(ROUNDS):
            log_factor = (_effect(encoded, of_item, effects) + np.log(frailty))[item]
            repaired = by_class(of_period, repair) * repairs
            shapes, log_rates = _laws(periods, log_factor + repaired)
            bends = _bends(periods, log_factor + repaired, shapes, log_rates)
            borne = _expected(periods, shapes, log_rates, bends)
            if number >= WITHOUT_REPAIRS:
                repair = _repair_slopes(failed, borne * np.exp(log_factor), repairs, of_period, names, repair)
            expected = _sums(item, borne * np.exp(by_class(of_period, repair) * repairs), len(items))
            effects = _effects(encoded, failures, frailty * expected, of_item, names, effects)
            factor = np.exp(_effect(encoded, of_item, effects))
            expected = expected * factor
            before = by_class(of_item, renewed) * _expected(entries, shapes, log_rates, bends) * factor
            variance = _frailty_variances(failures, expected, before, of_item, names)
            prior = 1.0 / by_class(of_item, variance)
            frailty = (prior + failures) / (prior + before + expected)
        return cls(tuple(attributes), encoder, effects, repair, shapes, log_rates, bends, variance, dict(renewed))

    def state(self) -> dict[str, Any]:
        """Everything learned, as JSON's own types."""
        return {
            "attributes": self.attributes,
            "encoder": self.encoder.state(),
            "effects": {name: effects.tolist() for name, effects in self.effects.items()},
            "repair": self.repair,
            "laws": [[*stratum, shape, self.log_rates[stratum]] for stratum, shape in self.shapes.items()],
            "bends": {name: [edges.tolist(), factors.tolist()] for name, (edges, factors) in self.bends.items()},
            "frailty_variance": self.frailty_variance,
            "renewed": self.renewed,
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Self:
        laws = {(name, maker): (shape, log_rate) for name, maker, shape, log_rate in state["laws"]}
        return cls(
            tuple(state["attributes"]),
            Encoder.restore(state["encoder"]),
            {name: np.array(effects, float) for name, effects in state["effects"].items()},
            state["repair"],
            {stratum: law[0] for stratum, law in laws.items()},
            {stratum: law[1] for stratum, law in laws.items()},
            {name: (np.array(edges), np.array(factors)) for name, (edges, factors) in state["bends"].items()},
            state["frailty_variance"],
            state["renewed"],
        )

    def hazard(self, rows: pd.DataFrame, times: Floats) -> Floats:
        """(n, m): the cumulative hazard of items as they stand, at frailty 1."""
        repaired = np.exp(by_class(classes_of(rows), self.repair) * _repairs(rows))[:, None]
        return repaired * self._between(rows, rows["age_d"].to_numpy(float), times)

    def new_hazard(self, rows: pd.DataFrame, times: Floats) -> Floats:
        """(n, m): that of a new item in the place of each."""
        return self._between(rows, np.zeros(len(rows)), times)

    def frailty(self, periods: pd.DataFrame, rows: pd.DataFrame) -> Floats:
        """(n,): the items' frailty, as their own periods so far tell it; 1 for an item without any."""
        items = rows.drop_duplicates(["_source", "item_id"]).reset_index(drop=True)
        own = periods.merge(items[["_source", "item_id"]], on=["_source", "item_id"])
        item, days = _of_item(own, items), own["days"].to_numpy(float)[:, None]
        expected = _sums(item, self.hazard(own, days)[:, 0], len(items))
        entries = _entries(own, items)
        until_entry = self._between(entries, np.zeros(len(items)), entries["days"].to_numpy(float)[:, None])[:, 0]
        before = by_class(classes_of(items), self.renewed) * until_entry
        failed = _sums(item, own["failed"].to_numpy(float), len(items))
        prior = 1.0 / by_class(classes_of(items), self.frailty_variance)
        return ((prior + failed) / (prior + before + expected))[_of_item(rows, items)]

    def _between(self, rows: pd.DataFrame, age_d: Floats, days: Floats) -> Floats:
        """(n, m): the cumulative hazard from an age on; `days` (m,) or (n, 1)."""
        shape, log_rate = (_by_stratum(rows, law)[:, None] for law in (self.shapes, self.log_rates))
        classes = classes_of(rows)
        encoded = self.encoder.transform(rows[list(self.attributes)]).to_numpy()
        lasting = _effect(encoded, classes, self.effects)[:, None]
        borne = _bent(classes, age_d[:, None], days, shape, self.bends)
        return np.exp(log_rate + lasting) * borne


def _bent(classes: np.ndarray, age_d: Floats, days: Floats, shape: Floats, bends: Bends) -> Floats:
    """(n, m): the Weibull hazard from an age on (n, 1), each span of ages times the factor of the class; `days` (m,) or (n, 1)."""
    borne = np.zeros(np.broadcast_shapes(age_d.shape, np.shape(days)))
    for name in np.unique(classes):
        at = classes == name
        first = age_d[at] / YEAR_D
        last = first + (days[at] if np.ndim(days) == 2 else days) / YEAR_D
        edges, factors = bends.get(name, bends[""])
        borne[at] = sum(f * of for f, of in zip(factors, _spans(first, last, shape[at], edges), strict=True))
    return borne


def _spans(first: Floats, last: Floats, shape: Floats, edges: Floats) -> Iterator[Floats]:
    """The Weibull hazard between ages (years), of each span in its turn."""
    for low, high in zip(edges, [*edges[1:], np.inf], strict=True):
        yield np.clip(last, low, high) ** shape - np.clip(first, low, high) ** shape


def _bends(periods: pd.DataFrame, log_factor: Floats, shapes: Laws, log_rates: Laws) -> Bends:
    """Failures over those that a Weibull expects, by class and span of age; the spans end where so many failures, or periods,
    have been."""
    shape = _by_stratum(periods, shapes)
    rate = np.exp(_by_stratum(periods, log_rates) + log_factor)
    first = periods["age_d"].to_numpy(float) / YEAR_D
    last = first + periods["days"].to_numpy(float) / YEAR_D
    failed, classes = periods["failed"].to_numpy(bool), classes_of(periods)
    found = {"": (np.zeros(1), np.ones(1))}
    for name in np.unique(classes):
        at = classes == name
        ages = last[at & failed]
        shares = np.linspace(0, 1, BINS // 2 + 1)[1:-1]
        inner = np.concatenate([np.quantile(of, shares) for of in (ages, first[at]) if len(of)])
        edges = np.unique([0.0, *YOUNG_Y, *inner[inner > 0]])
        seen = _sums(np.searchsorted(edges, ages, side="left") - 1, np.ones(len(ages)), len(edges))
        due = np.array([rate[at] @ of for of in _spans(first[at], last[at], shape[at], edges)])
        found[name] = edges, (seen + BIN_PRIOR) / (due + BIN_PRIOR)
    return found


def _repairs(rows: pd.DataFrame) -> Floats:
    """(n,): log(1 + repairs since the item was new)."""
    return np.log1p(rows[REPAIRS].fillna(0.0).to_numpy(float))


def classes_of(rows: pd.DataFrame) -> np.ndarray:
    """(n,): the class of each row, "" where it is not known."""
    return rows["equipment_class"].fillna("").to_numpy().astype(str)


def by_class(classes: np.ndarray, values: Mapping[str, float]) -> Floats:
    """(n,): the value of each row's class, else that of all."""
    return np.array([values.get(name, values[""]) for name in classes], float)


def poisson_slope(failed: Floats, expected: Floats, x: Floats, start: float = 0.0, ridge: float = RIDGE) -> float:
    """The likeliest effect of one column on Poisson counts, drawn towards 0."""
    slope = start
    for _ in range(20):
        mean = expected * np.exp(np.clip(slope * x, -5.0, 5.0))
        slope += float(np.clip(((failed - mean) @ x - ridge * slope) / (mean @ x**2 + ridge), -0.5, 0.5))
    return slope


def _repair_slopes(
    failed: Floats, expected: Floats, repairs: Floats, classes: np.ndarray, names: list[str], before: dict[str, float]
) -> dict[str, float]:
    """The effect of repairs on all, and that of each class, drawn towards it."""
    every = poisson_slope(failed, expected, repairs, before[""])
    found = {"": every}
    for name in filter(None, names):
        at = classes == name
        own = expected[at] * np.exp(every * repairs[at])
        found[name] = every + poisson_slope(failed[at], own, repairs[at], 0.0, EFFECT_SPREAD**-2)
    return found


def _effects(
    encoded: Floats,
    failures: Floats,
    expected: Floats,
    classes: np.ndarray,
    names: list[str],
    before: dict[str, Floats],
) -> dict[str, Floats]:
    """The effects of the attributes on all, and those of each class, drawn towards them."""
    every = _poisson(encoded, failures, expected, before[""], RIDGE)
    found = {"": every}
    for name in filter(None, names):
        at = classes == name
        own = expected[at] * np.exp(encoded[at] @ every)
        found[name] = every + _poisson(encoded[at], failures[at], own, np.zeros(len(every)), EFFECT_SPREAD**-2)
    return found


def _effect(encoded: Floats, classes: np.ndarray, effects: dict[str, Floats]) -> Floats:
    """(n,): the log factor of each row's attributes."""
    found = encoded @ effects[""]
    for name, of in effects.items():
        at = classes == name
        found[at] = encoded[at] @ of
    return found


def _weibull(age_d: Floats, days: Floats, shape: Floats) -> Floats:
    return ((age_d + days) / YEAR_D) ** shape - (age_d / YEAR_D) ** shape


def _sums(group: np.ndarray, values: Floats, count: int) -> Floats:
    """(count,): the sum of the values of each group."""
    return np.bincount(group, values, count).astype(float)


def _entries(periods: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The items, each with the `days` of its life before its first period; 0 where it has none."""
    first = periods.drop_duplicates(["_source", "item_id"]).reset_index(drop=True)
    place = _of_item(items, first)
    age_d = np.where(place >= 0, first["age_d"].to_numpy(float)[place] if len(first) else 0.0, 0.0)
    return items.assign(age_d=0.0, days=age_d)


def _of_item(rows: pd.DataFrame, items: pd.DataFrame) -> np.ndarray:
    """(n,): where each row's item stands among the items."""
    known = pd.MultiIndex.from_frame(items[["_source", "item_id"]])
    return known.get_indexer(pd.MultiIndex.from_frame(rows[["_source", "item_id"]]))


def strata(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Class and maker of each row."""
    return list(zip(rows["equipment_class"].fillna(""), rows["manufacturer"].fillna(""), strict=True))


def _by_stratum(rows: pd.DataFrame, values: Laws) -> Floats:
    """(n,): the value of each row's stratum, else its class's, else that of all."""
    every = values["", ""]
    return np.array([values.get(s, values.get((s[0], ""), every)) for s in strata(rows)])


def _laws(periods: pd.DataFrame, lasting: Floats) -> tuple[Laws, Laws]:
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


def _expected(periods: pd.DataFrame, shapes: Laws, log_rates: Laws, bends: Bends) -> Floats:
    """(n,): the failures expected of each period, attributes and repairs left out."""
    age_d, days = periods["age_d"].to_numpy(float)[:, None], periods["days"].to_numpy(float)[:, None]
    shape, log_rate = (_by_stratum(periods, law)[:, None] for law in (shapes, log_rates))
    return (np.exp(log_rate) * _bent(classes_of(periods), age_d, days, shape, bends))[:, 0]


def _poisson(encoded: Floats, failures: Floats, expected: Floats, start: Floats, ridge: float) -> Floats:
    """Ridge regression of counts of failures over expected ones, by Newton's steps (the columns are no intercept)."""
    effects = start
    for _ in range(25):
        mean = expected * np.exp(np.clip(encoded @ effects, -5.0, 5.0))
        slope = encoded.T @ (failures - mean) - ridge * effects
        step = np.linalg.solve(encoded.T @ (encoded * mean[:, None]) + ridge * np.eye(len(effects)), slope)
        effects = effects + np.clip(step, -1.0, 1.0)
        if np.abs(step).max(initial=0.0) < 1e-6:
            break
    return effects


def _frailty_variances(
    failures: Floats, expected: Floats, before: Floats, classes: np.ndarray, names: list[str]
) -> dict[str, float]:
    """The variance of the frailties of all, and of each class, drawn towards it."""
    every = _frailty_variance(failures, expected, before)
    found = {"": every}
    for name in filter(None, names):
        at = classes == name
        found[name] = _frailty_variance(failures[at], expected[at], before[at], np.log(every))
    return found


def _frailty_variance(failures: Floats, expected: Floats, before: Floats, around: float | None = None) -> float:
    """The variance that is likeliest for counts that are Poisson about a gamma frailty, of items that came through `before`;
    drawn towards another one, given its logarithm."""

    def loss(log_variance: float) -> float:
        q = np.exp(-log_variance)
        told = gammaln(failures + q) - gammaln(q) + q * np.log(q + before)
        told -= (failures + q) * np.log(q + before + expected)
        drawn = 0.0 if around is None else (log_variance - around) ** 2 / (2 * VARIANCE_SPREAD**2)
        return drawn - float((told + failures * np.log(np.maximum(expected, 1e-12))).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(0.01), np.log(3.0)), method="bounded").x))
