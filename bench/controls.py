"""Does the gate promote what is not there, and see what is: 40 populations without an effect, the same 40 with one.

    .venv/bin/python -m bench.controls

Each population (`tests.support.landmarks`) has 1,000 assets over the last three and a half of ten years, a landmark every
quarter. Half of the assets live 0.6 times as long. *Control*: every feature but age goes, as a whole history, to another
asset, so that only age can be learned; whoever is promoted there had no right to. *Planted*: the same, but the maker says
which half an asset is of. The candidates as they are are back-tested (`backtest.run`) and judged (`gate.decide`) as in a
training; champion is the Weibull regression on age alone, refitted at each cut like the others. XGBoost Cox and the blend
are left out for time.

A line is printed for each population as it comes, so that a run that is cut short has told what it found.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
from scipy.stats import beta

from models import backtest, candidates, gate, splits
from models.candidate import Floats
from models.candidates import weibull_aft
from models.gate import Champion
from tests.support.landmarks import FEATURES, MAKERS, landmark_frame, permuted_features

SEEDS = 40
ASSETS = 1_000
EVERY_D = 91
FIRST = date(2020, 7, 1)
COMPETING = ("kaplan_meier", "weibull_aft", "cox", "xgb_aft")
FACTOR = 0.6
HORIZONS_D = (30, 90, 365)
MOST_FALSE, LEAST_TRUE = 2, 36
AGE_ONLY = "age_only"


class AgeOnly(weibull_aft.Candidate):
    """Weibull regression that is shown nothing but the age."""

    is_baseline = False

    def fit(self, X: pd.DataFrame, y: np.ndarray, sample_weight: Floats | None = None) -> Self:
        return super().fit(_age(X), y, sample_weight)

    def predict_survival_function(self, X: pd.DataFrame, return_array: bool = True) -> Floats:
        return super().predict_survival_function(_age(X), return_array)


def _age(X: pd.DataFrame) -> pd.DataFrame:
    return X[["age_d"]].assign(equipment_class="")


def population(seed: int, is_planted: bool) -> pd.DataFrame:
    """The landmarks of one population."""
    frame = landmark_frame(ASSETS, seed, load_effect=0.0, extremes_factor=FACTOR, every_d=EVERY_D)
    frame = frame[frame["as_of"] >= FIRST].reset_index(drop=True)
    permuted = permuted_features(frame, seed)
    is_short_lived = np.abs(frame["load_share"] - 0.7) > 0.15
    return permuted.assign(manufacturer=np.where(is_short_lived, *MAKERS[:2])) if is_planted else permuted


def judged(seed: int, is_planted: bool) -> dict:
    """What the gate makes of one population."""
    started = time.monotonic()
    recipes = {name: candidates.find()[name]() for name in COMPETING}
    rows = splits.landmarks(population(seed, is_planted))
    result = backtest.run(rows, {**recipes, AGE_ONLY: AgeOnly()}, FEATURES, HORIZONS_D, seed)
    compared = {name: name in recipes and recipes[name].is_baseline for name in result.calibrations}
    champion = Champion(1, AGE_ONLY, {}, "before")
    verdict = gate.decide(result.rows, compared, champion, AGE_ONLY, "now", failed=result.failed, seed=seed)
    known = result.rows[result.rows["test"] == backtest.KNOWN]
    return {
        "seed": seed,
        "is_planted": is_planted,
        "action": verdict.action,
        "candidate": verdict.candidate,
        "reason": verdict.reason,
        "rows": len(known),
        "failures": int(known["event"].sum()),
        "seconds": round(time.monotonic() - started, 1),
    }


def all_judged() -> Iterator[dict]:
    """Control and planted, seed by seed."""
    for seed in range(SEEDS):
        for is_planted in (False, True):
            yield judged(seed, is_planted)


def summary(found: list[dict], is_planted: bool) -> dict:
    """How many were promoted, with the 95 % interval of the share (Clopper and Pearson, Biometrika 26 (1934) 404)."""
    of = [one for one in found if one["is_planted"] == is_planted]
    hits = sum(one["action"] == "promote" for one in of)
    low, high = beta.ppf([0.025, 0.975], [hits, hits + 1], [len(of) - hits + 1, len(of) - hits])
    return {
        "populations": len(of),
        "promoted": hits,
        "low": float(np.nan_to_num(low, nan=0.0)),
        "high": float(np.nan_to_num(high, nan=1.0)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")
    as_json = parser.parse_args().json
    found = []
    for one in all_judged():
        found.append(one)
        kind = "planted" if one["is_planted"] else "control"
        line = f"{one['seed']:>3} {kind} {one['seconds']:>5.1f} s  {one['action']:<8} {one['candidate']:<12} {one['reason']}"
        print(line, file=sys.stderr if as_json else sys.stdout, flush=True)
    told = {"control": summary(found, False), "planted": summary(found, True)}
    if as_json:
        print(json.dumps({**told, "populations": found}, indent=1))
        return
    for kind, aim in (("control", f"at most {MOST_FALSE}"), ("planted", f"at least {LEAST_TRUE}")):
        one = told[kind]
        share = f"{one['low']:.0%} to {one['high']:.0%}"
        print(f"{kind}: {one['promoted']} of {one['populations']} promoted (95 % {share}); {aim} of {SEEDS} is the aim")


if __name__ == "__main__":
    main()
