"""What a population's last training came to, and its present predictions: for the page at the end of a run."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from pyspark.sql import functions as F

from jobs.sample import true_survival
from jobs.settings import Settings
from jobs.steps import Context
from jobs.steps.feature_rows import feature_rows, with_measured
from jobs.tables import GOLD
from models import training
from models.card import not_checkable
from models.served import Served

LOOK_FIRST = 10
MAE_HORIZONS_D = (90, 365)


def model_of(context: Context, population: str) -> dict[str, Any]:
    """A population's last training and its present predictions: scores, verdict, and what to look at first."""
    folder = context.settings.work_dir / "train" / population
    if not (folder / "verdict.json").exists():
        return {}
    verdict = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    predicted = predictions(context, population)
    truth = true_failure(context.settings, predicted)
    scores = training.scores(folder)
    return {
        "verdict": {
            name: verdict[name] for name in ("action", "candidate", "is_baseline", "reason", "units", "failures")
        },
        "scores": scores.to_dict("records"),
        "coverage": not_checkable(scores),
        "truth": against_truth(context, population, folder, truth),
        "scored": len(predicted),
        "look_first": look_first(predicted).to_dict("records"),
    }


def predictions(context: Context, population: str) -> pd.DataFrame:
    """The population's present predictions."""
    return context.lake.read(GOLD["remaining_life"]).where(F.col("population") == population).toPandas()


def look_first(predicted: pd.DataFrame) -> pd.DataFrame:
    """The items most likely to fail within 90 days: both lives, the strongest reason, and where the lives disagree, why."""
    first = predicted.sort_values(["fail_prob_90d", "item_id"], ascending=[False, True]).head(LOOK_FIRST)
    is_life = first["p50_d"].notna()
    why = [_reason(drivers, of_life) for drivers, of_life in zip(first["drivers"], is_life, strict=True)]
    life = ["p10_d", "p50_d", "p90_d", "longer_than_d", "time_unit"]
    columns = ["_source", "item_id", *life, "code_act_by", "fail_prob_90d"]
    lives = first["lives_ko"].fillna("")
    return first[columns].assign(why=[" ".join(filter(None, both)) for both in zip(why, lives, strict=True)])


def _reason(drivers: Sequence[Mapping[str, Any]], is_life: bool) -> str:
    """The strongest factor that speaks for an early failure, else the strongest; strongest first in `drivers`."""
    against = [driver for driver in drivers if (driver["factor"] < 1) == is_life]
    return next((driver["text_ko"] for driver in (*against, *drivers)), "")


def true_failure(settings: Settings, predicted: pd.DataFrame) -> pd.DataFrame:
    """On a generated region: each asset's true probability of failing, given all that its records could tell.

    Columns _source, equipment_tag, as_of and true_<horizon>; empty where there is no truth.
    """
    folder = settings.inbox_dir.parent / "truth"
    if predicted.empty or not (folder / "assets.parquet").exists():
        return pd.DataFrame()
    names = sorted(predicted["_source"].unique())
    assets, lives = (
        pq.read_table(folder / f"{name}.parquet", filters=[("source", "in", names)]).to_pandas()
        for name in ("assets", "lives")
    )
    as_of = predicted["as_of"].max()
    true = true_survival(assets, lives, as_of, MAE_HORIZONS_D, is_frailty_known=False)
    wide = true.pivot(index=["source", "equipment_tag"], columns="horizon_d", values="survival")
    wide.columns = [f"true_{horizon}" for horizon in wide.columns]
    return (1 - wide).reset_index().rename(columns={"source": "_source"})


def against_truth(context: Context, population: str, folder: Path, truth: pd.DataFrame) -> list[dict[str, Any]]:
    """Each candidate's mean absolute error of the failure probability against the law's own, by horizon."""
    if truth.empty:
        return []
    is_of_today = (F.col("population") == population) & F.col("is_scored")
    rows = feature_rows(context.lake.read(GOLD["landmark"]).where(is_of_today))
    errors = []
    for served in sorted((folder / "candidates").glob("*/served.json")):
        model = Served.load(served.parent)
        found = model.predict(with_measured(rows, model.features))
        both = pd.concat([rows[["_source", "equipment_tag"]], found], axis=1).merge(truth, "inner")
        error = {h: float((both[f"fail_prob_{h}d"] - both[f"true_{h}"]).abs().mean()) for h in MAE_HORIZONS_D}
        errors.append(
            {"candidate": served.parent.name, "assets": len(both), **{f"mae_{h}d": e for h, e in error.items()}}
        )
    return errors
