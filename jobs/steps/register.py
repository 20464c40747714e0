"""register: log the training in MLflow with its verdict and comparison, and move the champion if the gate lets it.

The version is complete before the move is recorded, and the alias moves last. The best candidate that did not become
champion is registered too, under the alias `challenger`, to be looked at; it never serves.
"""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.champion import in_force, promote, tracking
from jobs.steps.compare import job_over_failure
from jobs.steps.fit import alone, work_folder
from jobs.steps.gate import keep
from jobs.steps.score import labels
from models import compare_page, registry, training
from models.gate import Verdict


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Log, and register where the verdict is to promote or to refresh."""
    folder = work_folder(context.settings, scope.population)
    with alone(folder):
        _run(context, scope.population, folder, entry)


def _run(context: Context, population: str, folder: Path, entry: Entry) -> None:
    where = tracking(context.settings)
    logged, verdict = _logged(context, population, folder), training.judge(folder)
    run_id = registry.log(where, logged, verdict)
    entry.facts |= {"mlflow_run": run_id}
    version = None
    if verdict.candidate and verdict.action in ("promote", "refresh"):
        served = training.served_folder(folder, verdict.candidate)
        version = registry.register(where, logged, run_id, verdict.candidate, served)
        against = json.loads((folder / "move.json").read_text())
        if not promote(context, population, version, against, verdict.action, verdict.reason, run_id):
            _supersede(context, population, folder, verdict, run_id)
            entry.counts |= {"registered_version": version, "action": "superseded"}
            return
    entry.counts |= {
        "registered_version": version,
        "challenger_version": _challenger(where, logged, verdict, run_id, folder),
    }


def _supersede(context: Context, population: str, folder: Path, verdict: Verdict, run_id: str) -> None:
    """Say, where the verdict was told, that it moves nothing."""
    present, _ = in_force(context, population)
    assert present
    reason = (
        f"{verdict.candidate} was judged against a champion that is champion no more: "
        f"version {present.version}, {present.candidate}, was made champion after the training had begun"
    )
    told = replace(
        verdict, action="superseded", candidate=present.candidate, is_baseline=present.is_baseline, reason=reason
    )
    keep(folder, told)
    registry.supersede(tracking(context.settings), run_id, told)


def _challenger(
    where: registry.Tracking, logged: registry.Training, verdict: Verdict, run_id: str, folder: Path
) -> int | None:
    """The version behind the alias `challenger` from now on; None where no other candidate could serve."""
    served = training.served_folder(folder, verdict.challenger) if verdict.challenger else None
    version = registry.register(where, logged, run_id, str(verdict.challenger), served) if served else None
    registry.point(where, logged.population, registry.CHALLENGER, version)
    return version


def _logged(context: Context, population: str, folder: Path) -> registry.Training:
    compared = training.comparison(folder, population, job_over_failure(context, population))
    if compared:
        compare_page.keep(folder / "compare", *compared)
    done = training.load(folder)
    return registry.Training(
        population,
        pq.read_table(folder / "example.parquet").to_pandas(),
        json.loads((folder / "data_versions.json").read_text()),
        done.data_digest,
        done.params,
        training.scores(folder),
        {
            "rows": done.rows_learned,
            "failures": done.failures,
            "cuts": done.cuts,
            "horizons_d": done.horizons_d,
            "faithfulness": done.faithfulness,
        },
        done.learned,
        labels(done.features, done.time_unit),
        [name for name, is_baseline in done.is_baseline.items() if is_baseline],
        folder / "compare" if compared else None,
        done.ranges,
    )
