"""What a run came to, on one page: partitions, candidates, champion, what to look at first, and where to look."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from jobs.settings import Settings
from jobs.steps import Context, populations

LOOK_FIRST = 10
MAE_HORIZONS_D = (90, 365)


def show(settings: Settings, outcomes: Sequence[Any], as_json: bool = False) -> int:
    """Print the page, or the same as JSON; the exit code: 0, 1 where anything was refused, 3 where anything failed."""
    context = Context(settings)
    not_done = [
        {"subject": o.subject, "key": o.key, "status": o.status, "error": o.error}
        for o in outcomes
        if o.status != "done"
    ]
    found = {
        "partitions": [p for p in context.ledger.partitions() if p["source"] in {*context.contracts, *context.broken}],
        "models": {name: model_of(context, name) for name in populations(context.contracts)},
        "not_done": not_done,
        "places": places(settings),
    }
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1, default=str))
    else:
        _print(Console(highlight=False), found)
    worst = {one["status"] for one in not_done}
    return 3 if "failed" in worst else 1 if worst else 0


def model_of(context: Context, population: str) -> dict[str, Any]:
    """A population's last training and its present predictions: scores, verdict, and what to look at first."""
    from models import training

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
        "truth": against_truth(context, population, folder, truth),
        "scored": len(predicted),
        "look_first": look_first(predicted).to_dict("records"),
    }


def predictions(context: Context, population: str) -> pd.DataFrame:
    """The population's present predictions."""
    from pyspark.sql import functions as F

    from jobs.tables.remaining_life import REMAINING_LIFE

    return context.lake.read(REMAINING_LIFE).where(F.col("population") == population).toPandas()


def look_first(predicted: pd.DataFrame) -> pd.DataFrame:
    """The items most likely to fail within 90 days, with their strongest reason."""
    first = predicted.sort_values(["fail_prob_90d", "item_id"], ascending=[False, True]).head(LOOK_FIRST)
    why = [drivers[0]["text_ko"] if len(drivers) else "" for drivers in first["drivers"]]
    columns = ["_source", "item_id", "p10_d", "p50_d", "p90_d", "longer_than_d", "fail_prob_90d"]
    return first[columns].assign(why=why)


def true_failure(settings: Settings, predicted: pd.DataFrame) -> pd.DataFrame:
    """On a generated region: each asset's true probability of failing, given all that its records could tell.

    Columns _source, equipment_tag, as_of and true_<horizon>; empty where there is no truth.
    """
    from jobs.sample import true_survival

    folder = settings.inbox_dir.parent / "truth"
    if predicted.empty or not (folder / "assets.parquet").exists():
        return pd.DataFrame()
    names = sorted(predicted["_source"].unique())
    assets, lives = (
        pd.read_parquet(folder / f"{name}.parquet", filters=[("source", "in", names)]) for name in ("assets", "lives")
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
    from pyspark.sql import functions as F

    from jobs.tables.landmark import LANDMARK
    from models.served import Served

    rows = context.lake.read(LANDMARK).where((F.col("population") == population) & F.col("is_scored")).toPandas()
    errors = []
    for served in sorted((folder / "candidates").glob("*/served.json")):
        found = Served.load(served.parent).predict(rows)
        both = pd.concat([rows[["_source", "equipment_tag"]], found], axis=1).merge(truth, "inner")
        error = {h: float((both[f"fail_prob_{h}d"] - both[f"true_{h}"]).abs().mean()) for h in MAE_HORIZONS_D}
        errors.append(
            {"candidate": served.parent.name, "assets": len(both), **{f"mae_{h}d": e for h, e in error.items()}}
        )
    return errors


def places(settings: Settings) -> dict[str, str]:
    """Where to go on."""
    return {
        "Data Docs": (settings.quality_dir / "data_docs" / "index.html").as_uri(),
        "MLflow": f".venv/bin/mlflow ui --backend-store-uri {settings.mlflow_tracking_uri}  → http://127.0.0.1:5000",
        "lake": str(settings.lake_dir),
        "partitions": "yeji partitions",
    }


def partition_table(partitions: Sequence[Mapping[str, Any]]) -> Table:
    """Partitions, one line each."""
    table = Table("source", "delivery", "status", title="Partitions", title_justify="left", box=None)
    for name in ("rows in", "valid", "quarantined", "set aside", "attempts", "seconds"):
        table.add_column(name, justify="right")
    for p in partitions:
        counts = [p[f"rows_{name}"] for name in ("in", "valid", "quarantined", "set_aside")]
        table.add_row(
            p["source"],
            p["delivery_date"],
            p["status"] if p["status"] == "published" else f"[red]{p['status']}[/] at {p['step']}",
            *["" if count is None else f"{count:,}" for count in counts],
            str(p["attempts"]),
            f"{p['seconds']:.1f}",
        )
    return table


def score_table(population: str, model: Mapping[str, Any]) -> Table:
    """Candidates by their scores on *known assets, later* and *unseen assets, later*, with 95 % intervals."""
    scores: list[dict[str, Any]] = [row for row in model["scores"] if row["metric"] != "harrell_c"]
    table = Table("candidate", "test", title=f"Candidates for {population}", title_justify="left", box=None)
    shown = list(dict.fromkeys((row["metric"], row["horizon_d"]) for row in scores))
    truths = {one["candidate"]: one for one in model["truth"]}
    for metric, horizon in shown:
        table.add_column(f"{METRICS[metric]} {horizon} d", justify="right")
    for horizon in MAE_HORIZONS_D if truths else ():
        table.add_column(f"error vs truth {horizon} d", justify="right")
    cells: dict[tuple[str, str], dict[tuple[str, int], str]] = {}
    for row in scores:
        of_candidate = cells.setdefault((row["candidate"], row["test"]), {})
        of_candidate[row["metric"], row["horizon_d"]] = _interval(row["value"], row["low"], row["high"])
    for (candidate, test), found in cells.items():
        errors = [f"{truths[candidate][f'mae_{h}d']:.3f}" for h in MAE_HORIZONS_D] if candidate in truths else []
        table.add_row(candidate, test.replace("_", " "), *[found.get(key, "") for key in shown], *errors)
    return table


METRICS = {"integrated_brier": "int. Brier", "uno_c": "Uno C", "harrell_c": "Harrell C", "observed_expected": "O/E"}


def first_table(population: str, model: Mapping[str, Any]) -> Table:
    """The items to look at first."""
    table = Table(
        "source", "item", "p10–p90 (days)", "P(fail 90 d)", "why",
        title=f"Look at first: {population}", title_justify="left", box=None,
    )  # fmt: skip
    for row in model["look_first"]:
        low, high = (_days(row[name], row["longer_than_d"]) for name in ("p10_d", "p90_d"))
        table.add_row(row["_source"], row["item_id"], f"{low} – {high}", f"{row['fail_prob_90d']:.0%}", row["why"])
    return table


def _print(console: Console, found: Mapping[str, Any]) -> None:
    wide = Console(highlight=False, width=max(console.width, 150))
    wide.print(partition_table(found["partitions"]))
    for population, model in found["models"].items():
        if not model:
            continue
        verdict = model["verdict"]
        kind = "a baseline" if verdict["is_baseline"] else "a challenger that earned it"
        wide.print()
        wide.print(score_table(population, model))
        wide.print(
            f"Champion of {population}: {verdict['candidate']} ({kind}); {verdict['action']}: {verdict['reason']}. "
            f"{model['scored']:,} items scored."
        )
        wide.print(first_table(population, model))
    for one in found["not_done"]:
        wide.print(f"[red]{one['status']}[/] {one['subject']} {one['key']}: {one['error']}", soft_wrap=True)
    wide.print()
    for name, where in found["places"].items():
        wide.print(f"{name:<12} {where}", soft_wrap=True)


def _interval(value: float, low: float | None, high: float | None) -> str:
    if low is None or pd.isna(low):
        return f"{value:.3f} (too few)"
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _days(days: float | None, longer_than: float) -> str:
    return f"> {longer_than:,.0f}" if days is None or pd.isna(days) else f"{days:,.0f}"
