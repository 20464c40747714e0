"""register: log the training in MLflow, verdict included, and move the alias `champion` if the gate lets it."""

import json

import pyarrow.parquet as pq

from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.fit import tracking, work_folder
from models import registry, training


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Log, and register where the verdict is to promote or to refresh."""
    folder = work_folder(context.settings, scope.population)
    done, verdict = training.load(folder), training.judge(folder)
    logged = registry.Training(
        scope.population,
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
    )
    served = training.served_folder(folder, verdict.candidate) if verdict.candidate else None
    run_id, version = registry.log(tracking(context.settings), logged, verdict, served)
    entry.counts |= {"registered_version": version}
    entry.facts |= {"mlflow_run": run_id}
