"""Remaining cycles of turbofans (NASA C-MAPSS FD001), through the platform's own path by contract.

    .venv/bin/python -m bench.cmapss                       (real sets in ../shared/data, or YEJI_SHARED_DATA)
    .venv/bin/python -m bench.cmapss deliver INBOX         writes the delivery that infra/sources/prepared/cmapss.yaml reads

NASA's files become a delivery: 100 engines that failed, one after the other, and 100 that are in service at the extract
date, each reading on the day of its cycle. `land` to `landmarks` take it in; what follows rests on `gold.landmark` alone.

Figures as DOMAIN.md asks: what is predicted is the remaining cycles up to 125. Settings are drawn and chosen on training
engines alone; *nested* is the error on engines of a fold that the fit did not see, with the settings that erred least on the
other folds (5 folds of training engines, every landmark, each engine the same weight, labels up to 125). The fits by which
these settings were chosen had seen the fold's engines, so it is a little too low. The test engines are scored once, with labels as
they are (unclipped) and up to 125 (clipped). Every figure is the mean over seeds (10; nested 3); the interval is a bootstrap
over engines.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xgboost
from rich.table import Table
from sklearn.ensemble import RandomForestRegressor

from bench.platform import ingested, landmarks
from bench.sidebyside import CHECKOUT, console, interval, shared_data
from jobs.settings import Settings
from jobs.steps.feature_rows import feature_names
from models import candidates, metrics
from models.candidate import Floats, survival
from models.curves import cumulative_hazard
from models.encode import Encoder
from models.trees import THREADS

SOURCE = "cmapss"
EXTRACTED_ON = date(2020, 1, 1)
BETWEEN_FAILURES_D = 15
CAP = 125
FOLDS, TRIES, NESTED_SEEDS, SEEDS, DRAWS = 5, 5, 3, 10, 1_000
COLUMNS = ["engine", "cycle", *range(3, 27)]
"""NASA's columns: engine, cycle, three settings and 21 sensors by their number."""

Fitted = Callable[[pd.DataFrame], Floats]
"""Remaining cycles up to `CAP` of feature rows."""


def deliver(folder: Path, inbox: Path) -> None:
    """Write NASA's FD001 as a delivery: engines, failures and readings."""
    parts, ends = [], {}
    for which in ("train", "test"):
        read = pd.read_csv(folder / f"{which}_FD001.txt", sep=r"\s+", header=None, names=COLUMNS)
        read["engine"] = read["engine"].map((which + "-{:03d}").format)
        parts.append(read)
        names = read["engine"].unique()
        last = [EXTRACTED_ON - pd.Timedelta(days=BETWEEN_FAILURES_D * back) for back in range(len(names), 0, -1)]
        ends |= dict(zip(names, last if which == "train" else [EXTRACTED_ON] * len(names), strict=True))
    cycles = pd.concat(parts, ignore_index=True)
    length = cycles.groupby("engine")["cycle"].max()
    end = pd.to_datetime(pd.Series(ends)).loc[length.index]
    new = end - pd.to_timedelta(length, unit="D")
    failed = end.where(end.index.str.startswith("train"))
    long = cycles.melt(["engine", "cycle"], var_name="column", value_name="value")
    read_on = long["engine"].map(new) + pd.to_timedelta(long["cycle"], unit="D")
    tables = {
        "engines": pd.DataFrame({"engine": end.index, "new_on": _text(new), "failed_on": _text(failed)}),
        "failures": pd.DataFrame({"engine": end.index, "failed_on": _text(failed)}).dropna(),
        "readings": pd.DataFrame(
            {
                "reading": long["engine"] + "-" + long["cycle"].astype(str) + "-" + long["column"].astype(str),
                "engine": long["engine"],
                "read_on": _text(read_on),
                "column": long["column"].astype(str),
                "value": long["value"].astype(str),
            }
        ),
    }
    target = inbox / "cmapss_fd001"
    target.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_parquet(target / f"{name}.parquet", index=False)


def _text(days: pd.Series) -> pd.Series:
    return days.dt.strftime("%Y-%m-%d").reset_index(drop=True)


def taken_in(settings: Settings) -> pd.DataFrame:
    """The rows of `gold.landmark`, from a delivery in the inbox."""
    ingested(settings, SOURCE, [EXTRACTED_ON])
    return landmarks(settings, SOURCE)


@dataclass(frozen=True)
class Method:
    """How a method is fitted, and between which bounds its settings are drawn: whole where both are."""

    fit: Callable[..., Fitted]
    bounds: Mapping[str, tuple[float, float]]

    def drawn(self, rng: np.random.Generator) -> dict[str, float]:
        """Settings, each evenly on the log scale."""
        found = {name: float(np.exp(rng.uniform(*np.log(ends)))) for name, ends in self.bounds.items()}
        return {n: round(v) if all(isinstance(end, int) for end in self.bounds[n]) else v for n, v in found.items()}


def expected(name: str, rows: pd.DataFrame, features: Sequence[str], seed: int, **settings: float) -> Fitted:
    """A candidate; what it predicts is its curve's mean remaining life up to `CAP`."""
    recipe = candidates.find()[name](**settings, **({"random_state": seed} if name.startswith("xgb") else {}))
    X = rows[list(features)].set_axis(rows["equipment_tag"], axis=0)
    fitted = recipe.fit(X, survival(rows["time_d"], rows["event"]), _weight(rows))
    times = np.arange(1.0, CAP + 1)

    def predict(asked: pd.DataFrame) -> Floats:
        alive = np.exp(-cumulative_hazard(fitted, asked[list(features)], times))
        return np.trapezoid(np.hstack([np.ones((len(asked), 1)), alive]), np.append(0.0, times), axis=1)

    return predict


def regression(rows: pd.DataFrame, features: Sequence[str], seed: int, rounds: int = 200, **settings: float) -> Fitted:
    """XGBoost's squared error on remaining cycles up to `CAP`."""
    encoder = Encoder.fit(rows[list(features)], keeps_gaps=True)
    encode = partial(_matrix, encoder, features)
    fixed = {"nthread": THREADS, "seed": seed, "subsample": 0.7, "colsample_bytree": 0.5}
    train = encode(rows, label=rows["time_d"].clip(upper=CAP), weight=_weight(rows))
    grown = xgboost.train(fixed | settings, train, rounds)
    return lambda asked: grown.predict(encode(asked)).astype(float)


def forest(rows: pd.DataFrame, features: Sequence[str], seed: int, **settings: float) -> Fitted:
    """A random forest on remaining cycles up to `CAP`."""
    encoder = Encoder.fit(rows[list(features)])
    grown = RandomForestRegressor(100, random_state=seed, n_jobs=1, max_features=0.33, **settings)
    grown.fit(encoder.transform(rows[list(features)]), rows["time_d"].clip(upper=CAP), _weight(rows))
    return lambda asked: grown.predict(encoder.transform(asked[list(features)]))


def _matrix(encoder: Encoder, features: Sequence[str], rows: pd.DataFrame, **label: pd.Series) -> xgboost.DMatrix:
    return xgboost.DMatrix(encoder.transform(rows[list(features)]).to_numpy(), nthread=THREADS, **label)


def _weight(rows: pd.DataFrame) -> Floats:
    """Each engine weighs the same; the mean is 1."""
    weight = 1.0 / rows.groupby("equipment_tag")["equipment_tag"].transform("size").to_numpy(float)
    return weight / weight.mean()


GROWN = {"max_depth": (2, 5), "learning_rate": (0.03, 0.12), "min_child_weight": (3.0, 30.0), "reg_lambda": (1.0, 20.0)}
METHODS = {
    "xgb_cox": Method(partial(expected, "xgb_cox"), GROWN),
    "xgb_aft": Method(partial(expected, "xgb_aft"), GROWN),
    "XGBoost regression": Method(regression, GROWN | {"rounds": (60, 400)}),
    "random forest": Method(forest, {"min_samples_leaf": (2, 30)}),
}


def folds_of(rows: pd.DataFrame) -> np.ndarray:
    """(n,): the fold of each row's engine."""
    codes, names = pd.factorize(rows["equipment_tag"])
    return (np.random.default_rng(0).permutation(len(names)) % FOLDS)[codes]


def held_out(
    method: Method, rows: pd.DataFrame, features: Sequence[str], seed: int, settings: Sequence[dict]
) -> Floats:
    """(n,): each row as predicted by a fit, with its fold's settings, on the engines of the other folds."""
    fold, found = folds_of(rows), np.empty(len(rows))
    for k, chosen in enumerate(settings):
        found[fold == k] = method.fit(rows[fold != k], features, seed, **chosen)(rows[fold == k])
    return found


def chosen(method: Method, rows: pd.DataFrame, features: Sequence[str]) -> tuple[list[dict], dict]:
    """The settings drawn that did best on the engines of the other folds, by fold; and those that did best on all."""
    rng = np.random.default_rng(0)
    drawn = [method.drawn(rng) for _ in range(TRIES)]
    error = np.array([_squared(rows, held_out(method, rows, features, 0, [one] * FOLDS)) for one in drawn])
    fold, weight = folds_of(rows), _weight(rows)
    of_others = [np.average(error[:, fold != k], axis=1, weights=weight[fold != k]) for k in range(FOLDS)]
    best = np.average(error, axis=1, weights=weight).argmin()
    return [drawn[found.argmin()] for found in of_others], drawn[best]


def _squared(rows: pd.DataFrame, predicted: Floats) -> Floats:
    return (predicted - rows["time_d"].clip(upper=CAP).to_numpy()) ** 2


def figures(train: pd.DataFrame, test: pd.DataFrame, true: Floats, features: Sequence[str]) -> list[dict[str, Any]]:
    """A line per method, with its errors. train, test : landmarks; true (n,): the remaining cycles of the test rows."""
    engines, unit = np.unique(train["equipment_tag"], return_inverse=True)
    nested_weight = _drawn(len(engines))[:, unit] * _weight(train)
    test_weight = _drawn(len(test))
    lines = []
    predicted: dict[str, tuple[Floats, Floats]] = {}
    for name, method in METHODS.items():
        by_fold, for_all = chosen(method, train, features)
        nested = np.array([held_out(method, train, features, seed, by_fold) for seed in range(NESTED_SEEDS)])
        tested = np.array([method.fit(train, features, seed, **for_all)(test) for seed in range(SEEDS)])
        predicted[name] = nested, tested
    predicted["xgb_cox and xgb_aft, mean"] = tuple(
        (predicted["xgb_cox"][which] + predicted["xgb_aft"][which]) / 2 for which in (0, 1)
    )
    for name, (nested, tested) in predicted.items():
        nested_error = nested - train["time_d"].clip(upper=CAP).to_numpy()
        lines.append({"method": name, "nested_rmse": _rmse(nested_error, nested_weight)})
        for labels, known in (("unclipped", true), ("clipped", np.minimum(true, CAP))):
            lines[-1][f"rmse_{labels}"] = _rmse(tested - known, test_weight)
            lines[-1][f"nasa_{labels}"] = interval((_nasa(tested - known) @ test_weight.T).mean(axis=0))
    return lines


def _drawn(units: int) -> Floats:
    """(1 + draws, units): every unit once, then how often each draw has it."""
    return np.vstack([np.ones(units), metrics.draws(units, DRAWS, 0)])


def _rmse(error: Floats, weight: Floats) -> dict[str, float]:
    """Mean over seeds of the root mean squared error. error (seeds, n), weight (1 + draws, n)."""
    return interval(np.sqrt((error**2) @ weight.T / weight.sum(axis=1)).mean(axis=0))


def _nasa(error: Floats) -> Floats:
    """Saxena and Goebel's score of predicted less true cycles: late predictions weigh more."""
    return np.where(error < 0, np.expm1(-error / 13), np.expm1(error / 10))


def measured(folder: Path) -> list[dict[str, Any]]:
    """The figures, from NASA's files in a folder."""
    with tempfile.TemporaryDirectory() as made:
        home, sources = Path(made) / "home", Path(made) / "sources"
        sources.mkdir()
        contract = CHECKOUT / "infra" / "sources" / "prepared" / f"{SOURCE}.yaml"
        (sources / contract.name).write_bytes(contract.read_bytes())
        deliver(folder, home / "inbox")
        rows = taken_in(Settings(home=home, inbox=home / "inbox", sources=sources))
    return figures(*split(rows, folder), feature_names(rows))


def split(rows: pd.DataFrame, folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, Floats]:
    """The landmarks of the training engines, those of the test engines at the extract date, and what these had left."""
    is_train = rows["equipment_tag"].str.upper().str.startswith("TRAIN")
    train = rows[is_train & rows["event"]].sort_values(["equipment_tag", "as_of"], ignore_index=True)
    test = rows[~is_train & rows["is_scored"]].sort_values("equipment_tag", ignore_index=True)
    return train, test, np.loadtxt(folder / "RUL_FD001.txt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")
    doing = parser.add_subparsers(dest="doing")
    doing.add_parser("deliver", help="write the delivery and nothing else").add_argument("inbox", type=Path)
    asked = parser.parse_args()
    folder = shared_data("cmapss")
    if asked.doing == "deliver":
        deliver(folder, asked.inbox)
        return
    lines = measured(folder)
    if asked.json:
        print(json.dumps(lines, indent=1))
        return
    table = Table("method", "nested RMSE", "RMSE", "NASA score", "RMSE, clipped", "NASA, clipped", box=None)
    for line in lines:
        shown = ("nested_rmse", "rmse_unclipped", "nasa_unclipped", "rmse_clipped", "nasa_clipped")
        table.add_row(line["method"], *("{value:.2f} ({low:.1f} to {high:.1f})".format(**line[name]) for name in shown))
    to = console()
    to.print("C-MAPSS FD001: remaining cycles up to 125; 100 test engines, so the intervals are wide")
    to.print(table)


if __name__ == "__main__":
    main()
