"""Replacement on a finding: how far "if nobody intervenes" lies from the truth, and how far it would lie if such
replacements were taken for independent censoring.

    .venv/bin/python -m bench.condition --scale 0.3

The region is generated, so every asset's true probability of failing is known (`jobs.sample.true_survival`, frailty
integrated out). Candidates that take intervals are fitted with everything known today, three ways, without calibration:
findings as censoring; as the failures they forestalled (law 6); and renewals for an unknown reason as findings too.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from bench.platform import region
from jobs.sample import true_survival
from jobs.tables.features import FEATURES
from models import backtest, candidates, splits
from models.calibration import Calibration
from models.served import Served
from models.training import SEED

HORIZONS_D = (90, 365)
CANDIDATES = ("weibull_aft", "xgb_aft")


def as_censoring(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with every renewal on a finding taken for one by the calendar."""
    is_seen = rows["event"] & (rows["ended_by"] == "failure")
    return rows.assign(event=is_seen, upper_d=rows["time_d"].where(is_seen))


WAYS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "independent censoring": as_censoring,
    "findings as failures (law 6)": lambda rows: rows,
    "unknown reasons as findings too": splits.reasons_as_findings,
}


def errors(frame: pd.DataFrame, truth: Path) -> list[dict]:
    """By candidate and way: mean error (predicted less true) and mean absolute error of the failure probability."""
    rows = splits.landmarks(frame)
    learned = splits.recensor(rows, splits.end_of_records(rows).date())
    features = [feature.name for feature in FEATURES]
    asked = frame[frame["is_scored"]].reset_index(drop=True)
    true = true_failure(asked, truth)
    found = []
    for name in CANDIDATES:
        for way, told in WAYS.items():
            made = told(learned)
            fitted = backtest.fit(candidates.find()[name](), made, features, SEED)
            predicted = Served.of(fitted, Calibration.none(), made, features).predict(asked)
            both = pd.concat([asked[["_source", "equipment_tag"]], predicted], axis=1).merge(true, "inner")
            gaps = {h: both[f"fail_prob_{h}d"] - both[f"true_{h}"] for h in HORIZONS_D}
            of_horizon = {
                f"{kind}_{h}d": float(v)
                for h, gap in gaps.items()
                for kind, v in (("bias", gap.mean()), ("mae", gap.abs().mean()))
            }
            found.append(
                {"candidate": name, "way": way, "failures": int(made["event"].sum()), "assets": len(both), **of_horizon}
            )
    return found


def true_failure(asked: pd.DataFrame, truth: Path) -> pd.DataFrame:
    """Each asset's true probability of failing by each horizon, given all that its records could tell."""
    assets, lives = (pd.read_parquet(truth / f"{name}.parquet") for name in ("assets", "lives"))
    of_source = [table[table["source"].isin(asked["_source"].unique())] for table in (assets, lives)]
    true = true_survival(*of_source, asked["as_of"].max(), HORIZONS_D, is_frailty_known=False)
    wide = 1 - true.pivot(index=["source", "equipment_tag"], columns="horizon_d", values="survival")
    return wide.add_prefix("true_").reset_index().rename(columns={"source": "_source"})


def show(population: str, found: list[dict]) -> None:
    """The errors as a table."""
    columns = [name for name in found[0] if name.startswith(("bias", "mae"))]
    title = f"{population}: error of P(failure if nobody intervenes), {found[0]['assets']:,} assets"
    table = Table("candidate", "findings are", "failures", *columns, title=title)
    for row in found:
        table.add_row(row["candidate"], row["way"], f"{row['failures']:,}", *(f"{row[name]:+.4f}" for name in columns))
    Console(width=132).print(table)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=0.3)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--home", type=Path, help="where the region is kept for the next time")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        truth, frames = region(asked.home or Path(passing), asked.scale, asked.seed)
        found = {population: errors(frame, truth) for population, frame in frames.items()}
    if asked.json:
        print(json.dumps(found, indent=1))
    else:
        for population, of in found.items():
            show(population, of)


if __name__ == "__main__":
    main()
