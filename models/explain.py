"""Why an item's life differs from its class's reference item: factors that multiply to what is shown.

The prediction moves from the reference item to the item by replacing one feature at a time; what a feature changes, on
the log scale, is its share. The shares add up to the whole change exactly, whichever model it is, calibrated or
blended. The order matters where features interact, so the shares are averaged over two opposite orders (Shapley
sampling; Štrumbelj and Kononenko, Knowledge and Information Systems 41 (2014) 647). The sentences compare; they do not
claim a cause.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.candidate import Floats

FEWEST, MOST = 3, 5
"""Factors named: more than the fewest only until `ENOUGH` of all that moves the prediction is named."""

ENOUGH = 0.8
SMALLEST = 0.01
"""A factor within 1 % of 1 is not named."""


@dataclass(frozen=True)
class Label:
    """What people call a feature, in Korean and in English, its unit ("" or "1" for none, "%" of a share, "yes" where it is 1
    for yes and 0 for no), and whether its owner can change it."""

    ko: str
    en: str
    unit: str = ""
    is_changeable: bool = False


@dataclass(frozen=True)
class Driver:
    """One factor. The last one of an item may be `other`: all features not named."""

    feature: str
    value: str
    factor: float
    text_ko: str
    text_en: str
    is_changeable: bool = False


CATALOGUE = {
    "life": (
        "{label} {value}인 설비의 수명은 기준 설비의 {factor}배",
        "assets like this ({label}: {value}) lived {factor} × as long as the reference",
    ),
    "life_without": (
        "{label} 기록이 없는 설비의 수명은 기준 설비의 {factor}배",
        "assets like this (no record yet of {label}) lived {factor} × as long as the reference",
    ),
    "fail_prob": (
        "{label} {value}인 설비의 {year} 내 고장확률은 기준 설비의 {factor}배",
        "assets like this ({label}: {value}) failed within {year} {factor} × as often as the reference",
    ),
    "fail_prob_without": (
        "{label} 기록이 없는 설비의 {year} 내 고장확률은 기준 설비의 {factor}배",
        "assets like this (no record yet of {label}) failed within {year} {factor} × as often as the reference",
    ),
    "life_other": ("나머지 요인을 합한 수명은 {factor}배", "all other factors together: {factor} × as long"),
    "fail_prob_other": ("나머지 요인을 합한 고장확률은 {factor}배", "all other factors together: {factor} × as often"),
}
"""The sentences, by what they explain, in Korean and in English."""

YEAR = {"days": ("1년", "a year"), "hours": ("365시간", "365 hours"), "cycles": ("365사이클", "365 cycles")}
"""What 365 are called, by time unit, in Korean and in English."""

CHANGEABLE = (" (바꿀 수 있음)", " (can be changed)")
"""What is said of a factor that the owner can change."""

UNITS_KO = {"d": "일", "h": "시간", "KRW": "원", "1/y": "회/년", "cycles": "사이클", "y": "년"}
UNITS_EN = {"d": "days", "h": "hours", "1/y": "a year", "y": "years"}
YES_NO = {True: ("예", "yes"), False: ("아니요", "no")}
YEARS_FROM_D = 730.0
"""So many days and more are told in years."""


def shares(
    items: pd.DataFrame, references: pd.DataFrame, predict: Callable[[pd.DataFrame, np.ndarray], Floats]
) -> Floats:
    """(n, features): each feature's share of predict(items) - predict(references), averaged over two orders.

    items, references : (n, features), row by row. predict : feature rows and their positions (k,) among the n to (k,)
    numbers on the log scale. A feature whose value is the reference's has no share.
    """
    total = np.zeros(items.shape)
    forward = list(items.columns)
    for order in (forward, forward[::-1]):
        current = references.copy()
        value = predict(current, np.arange(len(items)))
        for name in order:
            changed = np.flatnonzero(_differs(items[name], references[name]))
            if not len(changed):
                continue
            column = current[name].to_numpy(copy=True)
            column[changed] = items[name].to_numpy()[changed]
            current[name] = column
            moved = predict(current.iloc[changed], changed)
            total[changed, forward.index(name)] += moved - value[changed]
            value[changed] = moved
    return total / 2.0


def drivers(
    items: pd.DataFrame,
    log_factors: Floats,
    kinds: Sequence[str],
    labels: Mapping[str, Label],
    time_unit: str = "days",
) -> list[list[Driver]]:
    """Per item the strongest factors and, where it matters, the product of the others; the product of all is the whole.

    kinds : per item what is explained, "life" or "fail_prob".
    """
    names = list(items.columns)
    values = items.to_numpy(object)
    return [
        _of_item(names, values[i], log_factors[i], named, kinds[i], labels, YEAR[time_unit])
        for i, named in enumerate(named_factors(log_factors))
    ]


def named_factors(log_factors: Floats) -> list[np.ndarray]:
    """Per item the positions of the factors that are named, strongest first."""
    size = np.abs(log_factors)
    order = np.argsort(-size, axis=1)
    covered = np.cumsum(np.take_along_axis(size, order, axis=1), axis=1)
    enough = np.clip((covered < ENOUGH * covered[:, -1:]).sum(axis=1) + 1, FEWEST, MOST)
    return [order[i, :n][size[i, order[i, :n]] > SMALLEST] for i, n in enumerate(enough)]


def reference_items(rows: pd.DataFrame, features: Sequence[str]) -> pd.DataFrame:
    """By class (and "" for all): the median of each number and the commonest category, a gap where most have one."""
    known = rows[rows["equipment_class"].fillna("") != ""]
    tables = {"": rows, **dict(tuple(known.groupby("equipment_class")))}
    found = {
        str(name): {f: _typical(table[f]) for f in features} | {"equipment_class": name or None}
        for name, table in tables.items()
    }
    frame = pd.DataFrame.from_dict(found, orient="index")[list(features)]
    return frame.astype({f: float for f in features if pd.api.types.is_numeric_dtype(rows[f])})


def _typical(values: pd.Series) -> float | str | None:
    known = values.dropna()
    if len(known) < len(values) / 2:
        return None
    return float(known.median()) if pd.api.types.is_numeric_dtype(values) else str(known.mode().iloc[0])


def _differs(a: pd.Series, b: pd.Series) -> np.ndarray:
    left, right = a.to_numpy(), b.to_numpy()
    return (left != right) & ~(pd.isna(left) & pd.isna(right))


def _of_item(
    names: Sequence[str],
    values: np.ndarray,
    logs: Floats,
    named: np.ndarray,
    kind: str,
    labels: Mapping[str, Label],
    year: tuple[str, str],
) -> list[Driver]:
    found = [_driver(names[k], values[k], float(np.exp(logs[k])), kind, labels[names[k]], year) for k in named]
    rest = float(np.exp(logs.sum() - logs[named].sum()))
    if abs(rest - 1.0) > 1e-6:
        ko, en = CATALOGUE[f"{kind}_other"]
        factor = f"{rest:.2f}"
        found.append(Driver("other", "", rest, ko.format(factor=factor), en.format(factor=factor)))
    return found


def _driver(
    name: str, value: float | str | None, factor: float, kind: str, label: Label, year: tuple[str, str]
) -> Driver:
    is_known = not pd.isna(value)
    ko, en = CATALOGUE[kind if is_known else f"{kind}_without"]
    value_ko, value_en = _told(value, label.unit) if is_known else ("", "")
    shown = f"{factor:.2f}"
    marks = CHANGEABLE if label.is_changeable else ("", "")
    return Driver(
        name,
        str(value) if isinstance(value, str) else _plain(value) if is_known else "",
        factor,
        ko.format(label=label.ko, value=value_ko, factor=shown, year=year[0]) + marks[0],
        en.format(label=label.en, value=value_en, factor=shown, year=year[1]) + marks[1],
        label.is_changeable,
    )


def faithfulness(
    items: pd.DataFrame,
    references: pd.DataFrame,
    predict: Callable[[pd.DataFrame, np.ndarray], Floats],
    seed: int,
) -> float | None:
    """How much further the prediction moves when the named factors are taken away than when as many others are.

    items, references, predict : as in `shares`. Taken away: set to the reference's value; the others are drawn from the
    item's other features that differ from the reference. None where no feature moves it. 2 or more is asked of a model
    that is explained. Hooker et al., NeurIPS 32 (2019); DeYoung et al. (comprehensiveness), ACL (2020).
    """
    whole = predict(items, np.arange(len(items)))
    differs = np.column_stack([_differs(items[name], references[name]) for name in items.columns])
    rng = np.random.default_rng(seed)
    named = np.zeros(items.shape, bool)
    drawn = np.zeros(items.shape, bool)
    for i, positions in enumerate(named_factors(shares(items, references, predict))):
        others = np.setdiff1d(np.flatnonzero(differs[i]), positions)
        named[i, positions] = True
        drawn[i, rng.permutation(others)[: len(positions)]] = True

    def moved(taken: np.ndarray) -> float:
        without = pd.DataFrame(
            {name: items[name].where(~taken[:, k], references[name]) for k, name in enumerate(items.columns)}
        )
        return float(np.abs(predict(without, np.arange(len(items))) - whole).mean())

    return moved(named) / max(moved(drawn), SMALLEST**2) if named.any() else None


def _told(value: float | str | None, unit: str) -> tuple[str, str]:
    """A value with its unit, in Korean and in English."""
    if value is None or isinstance(value, str):
        return str(value), str(value)
    if unit == "yes":
        return YES_NO[bool(value)]
    if unit == "%":
        return f"{_plain(100 * value)}%", f"{_plain(100 * value)} %"
    if unit == "d" and abs(value) >= YEARS_FROM_D:
        value, unit = value / 365.25, "y"
    plain, shown = _plain(value), unit if unit != "1" else ""
    return f"{plain}{UNITS_KO.get(shown, f' {shown}')}".rstrip(), f"{plain} {UNITS_EN.get(shown, shown)}".rstrip()


def _plain(value: object) -> str:
    """Three figures, thousands apart, no exponent."""
    if not isinstance(value, float):
        return str(value)
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return np.format_float_positional(value, precision=3, fractional=False, trim="-")
