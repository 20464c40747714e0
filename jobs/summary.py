"""What a run came to, on one page: partitions, candidates, champion, what to look at first, and where to look."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from jobs.settings import Settings
from jobs.steps import Context, populations
from jobs.steps.results import MAE_HORIZONS_D, model_of


def show(settings: Settings, outcomes: Sequence[Any], as_json: bool = False) -> int:
    """Print the page, or the same as JSON; the exit code: 0, 1 where anything was refused, 3 where anything failed."""
    context = Context(settings)
    not_done = [
        {"subject": o.subject, "key": o.key, "status": o.status, "error": o.error}
        for o in outcomes
        if o.status not in ("done", "skipped")
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


def places(settings: Settings) -> dict[str, str]:
    """Where to go on."""
    docs = settings.docs_dir / "index.html"
    return {
        "Data Docs": docs.as_uri() if docs.exists() else "nothing was checked yet",
        "MLflow": f".venv/bin/mlflow ui --backend-store-uri {settings.mlflow_tracking_uri}  → http://127.0.0.1:5000",
        "lake": str(settings.lake_dir),
        "partitions": f"YEJI_HOME={settings.home.absolute()} .venv/bin/yeji partitions",
    }


def partition_table(partitions: Sequence[Mapping[str, Any]]) -> Table:
    """Partitions, one line each."""
    table = Table(title="Partitions", title_justify="left", box=None)
    for name in ("source", "delivery", "status"):
        table.add_column(name, no_wrap=True)
    for name in ("files refused", "rows in", "valid", "quarantined", "set aside", "warnings", "attempts", "seconds"):
        table.add_column(name, justify="right")
    for p in partitions:
        counts = [p[f"rows_{name}"] for name in ("in", "valid", "quarantined", "set_aside")]
        table.add_row(
            p["source"],
            p["delivery_date"],
            _status(p),
            f"[red]{len({file['name'] for file in p['refused_files']})}[/]" if p["refused_files"] else "",
            *["" if count is None else f"{count:,}" for count in counts],
            f"{len(p['warnings'])}" if p["warnings"] else "",
            str(p["attempts"]),
            f"{p['seconds']:.1f}",
        )
    return table


def _status(partition: Mapping[str, Any]) -> str:
    if partition["status"] != "published":
        return f"[red]{partition['status']}[/] at {partition['step']}"
    return "published, corrections" if partition["corrections"] else "published"


def print_notes(console: Console, partitions: Sequence[Mapping[str, Any]]) -> None:
    """What there is to know of partitions.

    Files that were refused or that no table reads; of published ones deliveries that are incomplete or hold corrections
    alone, rows that are kept and do not count or withdraw nothing; of refused and failed ones why, and what to tell their
    firms.
    """
    for p in partitions:
        if p["status"] in NOT_DONE:
            why = (p["error"] or "nothing is known of it; run it again").splitlines()[0]
            console.print(f"{p['status']} {p['source']} {p['delivery_date']}: {why}", **AS_IT_IS)
        if p["error_korean"]:
            console.print(f"for the firm of {p['source']} {p['delivery_date']}: {p['error_korean']}", **AS_IT_IS)
        told = files_told(p["source"], p["delivery_date"], p["refused_files"], p["unread_files"])
        if p["status"] == "published":
            if p["refused_files"]:
                told.append(f"incomplete delivery of {p['source']} {p['delivery_date']}: {INCOMPLETE}")
            if p["corrections"]:
                tables = ", ".join(p["corrections"])
                told.append(f"corrections of {p['source']} {p['delivery_date']}, table {tables}: {CORRECTIONS}")
            told += [
                f"doubtful keys of {p['source']} {p['delivery_date']}: {of['sentence']}" for of in p["doubtful_keys"]
            ]
        for line in told:
            console.print(line, **AS_IT_IS)


NOT_DONE = ("refused", "failed")
AS_IT_IS: dict[str, Any] = {"markup": False, "soft_wrap": True}


def files_told(
    source: str, delivery_date: str, refused: Sequence[Mapping[str, str]], unread: Sequence[Mapping[str, str]]
) -> list[str]:
    """Two lines for each file of a delivery that was refused, or that no table reads: why, and the same for its firm."""
    told = [("refused", file["sentence"], file.get("korean", "")) for file in refused]
    told += [("unread", file["sentence"], file["korean"]) for file in unread]
    return [
        line
        for what, sentence, korean in dict.fromkeys(told)  # one may hold several tables
        for line in (f"{what} file of {source} {delivery_date}: {sentence}", *([f"  {korean}"] if korean else []))
    ]


INCOMPLETE = "what it does not hold stays as it was, for it may stand in a file that could not be read"
CORRECTIONS = (
    "it holds none but rows that went back, under their return codes, and rows typed into a workbook of these "
    "(…_반송행만); what it does not hold stays as it was"
)


def score_table(population: str, model: Mapping[str, Any]) -> Table:
    """Candidates by their scores on *known assets, later* and *unseen assets, later*, with 95 % intervals."""
    scores: list[dict[str, Any]] = [row for row in model["scores"] if row["metric"] != "harrell_c"]
    table = Table("candidate", "test", title=f"Candidates for {population}", title_justify="left", box=None)
    shown = list(dict.fromkeys((row["metric"], row["horizon_d"]) for row in scores))
    truths = {one["candidate"]: one for one in model["truth"]}
    for metric, horizon in shown:
        table.add_column(f"{METRICS[metric]} {horizon} d", justify="right")
    for horizon in MAE_HORIZONS_D if truths else ():
        table.add_column(f"error of P(fail {horizon} d) today vs truth", justify="right")
    cells: dict[tuple[str, str], dict[tuple[str, int], str]] = {}
    for row in scores:
        of_candidate = cells.setdefault((row["candidate"], row["test"]), {})
        of_candidate[row["metric"], row["horizon_d"]] = _interval(row["value"], row["low"], row["high"])
    for (candidate, test), found in cells.items():
        one = truths.pop(candidate, None)  # of today's predictions, whichever test the row is of: said once
        errors = [f"{one[f'mae_{h}d']:.3f}" for h in MAE_HORIZONS_D] if one else []
        table.add_row(candidate, test.replace("_", " "), *[found.get(key, "") for key in shown], *errors)
    return table


METRICS = {
    "integrated_brier": "int. Brier",
    "uno_c": "Uno C",
    "harrell_c": "Harrell C",
    "observed_expected": "O/E",
    "failed_by_p10": "failed by p10",
}


def first_table(population: str, model: Mapping[str, Any]) -> Table:
    """The items to look at first."""
    table = Table(
        "source", "item", "p10–p90", "code: act by", "P(fail within 90)", "why",
        title=f"Look at first: {population}", title_justify="left", box=None,
    )  # fmt: skip
    for row in model["look_first"]:
        low, high = (_days(row[name], row["longer_than_d"]) for name in ("p10_d", "p90_d"))
        life = f"{low} – {high} {row['time_unit']}"
        code = "" if pd.isna(row["code_act_by"]) else str(row["code_act_by"])
        table.add_row(row["_source"], row["item_id"], life, code, f"{row['fail_prob_90d']:.0%}", row["why"])
    return table


def _print(console: Console, found: Mapping[str, Any]) -> None:
    wide = Console(highlight=False, width=max(console.width, 150))
    wide.print(partition_table(found["partitions"]))
    print_notes(wide, found["partitions"])
    for population, model in found["models"].items():
        if not model:
            continue
        verdict = model["verdict"]
        kind = "a baseline" if verdict["is_baseline"] else "a challenger that earned it"
        wide.print()
        wide.print(score_table(population, model))
        if not any(row["test"].startswith("unseen") for row in model["scores"]):
            wide.print("Unseen assets, later: not tested, for there are too few assets to leave some out.")
        wide.print(
            f"Champion of {population}: {verdict['candidate']} ({kind}); {verdict['action']}: {verdict['reason']}. "
            f"{model['scored']:,} items scored."
        )
        wide.print(model["coverage"])
        wide.print(first_table(population, model))
    told = {(p["source"], p["delivery_date"]) for p in found["partitions"] if p["status"] in NOT_DONE}
    for one in (one for one in found["not_done"] if (one["subject"], one["key"]) not in told):
        what = f"{one['subject']} {one['key']}".rstrip()
        wide.print(f"[red]{one['status']}[/] {what}: {one['error']}", soft_wrap=True)
    wide.print()
    for name, where in found["places"].items():
        wide.print(f"{name:<12} {where}", soft_wrap=True)


def _interval(value: float, low: float | None, high: float | None) -> str:
    if low is None or pd.isna(low):
        return f"{value:.3f} (too few)"
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _days(days: float | None, longer_than: float) -> str:
    return f"> {longer_than:,.0f}" if days is None or pd.isna(days) else f"{days:,.0f}"
