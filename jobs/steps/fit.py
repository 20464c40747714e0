"""fit: compare the candidates on a population's past and refit each on everything known.

Reads `gold.landmark`; leaves data files in the population's work folder, which `gate` and `register` read.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from pyspark.sql import functions as F

from jobs.errors import DataError
from jobs.lake import Lake, matches
from jobs.ledger import Entry
from jobs.settings import Settings
from jobs.steps import Context, Scope, leaks
from jobs.steps.champion import demoted, in_force
from jobs.steps.feature_rows import feature_names, feature_rows
from jobs.steps.item_events import LASTING
from jobs.tables.landmark import LANDMARK
from models import training
from models.errors import ModelError

MOST_ROWS = 200_000
"""A larger population is learned from a sample of its equipment of about this many rows."""


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Train the population's candidates, unless a feature tells what was not known at its date."""
    version = context.lake.version(LANDMARK)
    rows = landmarks(context.lake, scope, version)
    horizons_d = sorted({h for lives in scope.lives.values() for h in lives.horizons_d})
    names = feature_names(rows)
    leaks.refuse(context, scope, rows, horizons_d[0])
    champion, move = in_force(context, scope.population)
    folder = work_folder(context.settings, scope.population)
    with alone(folder):
        try:
            former = demoted(context, scope.population)
            trials = context.settings.tuning_trials
            unit = scope.time_unit
            done = training.train(rows, champion, names, horizons_d, folder, trials, former, unit, LASTING)
        except ModelError as error:
            korean = error.korean and f"{scope.population}: {error.korean}"
            raise DataError(f"{scope.population}: {error}", korean) from error
        example = rows.loc[rows["is_scored"], names].head(5)
        example.to_parquet(folder / "example.parquet")
        (folder / "data_versions.json").write_text(json.dumps({context.lake.path(LANDMARK): version}))
        (folder / "move.json").write_text(json.dumps(move))
    entry.counts |= {"rows": done.rows_learned, "failures": done.failures, "candidates": len(done.params)}
    entry.facts |= {"landmark_version": version, "data_digest": done.data_digest, "failed": done.failed}


def landmarks(lake: Lake, scope: Scope, version: int) -> pd.DataFrame:
    """The scope's landmarks, of a sample of the equipment where there are too many rows."""
    rows = lake.read(LANDMARK, version).where(matches(scope.where))
    share = MOST_ROWS / max(rows.count(), 1)
    if share < 1:
        rows = rows.where(F.pmod(F.xxhash64("_source", "equipment_tag"), F.lit(10_000)) < int(share * 10_000))
    return feature_rows(rows)


def work_folder(settings: Settings, population: str) -> Path:
    """Where a population's training lies between the steps."""
    return settings.work_dir / "train" / population


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One step at a time in a population's work folder; another waits, so that none reads half of another's training."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
