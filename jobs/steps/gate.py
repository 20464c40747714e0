"""gate: decide which candidate becomes the population's champion (law 7). The verdict is kept with every number."""

import json
from pathlib import Path

from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.fit import alone, work_folder
from models import training
from models.gate import Verdict


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Judge the training that `fit` left."""
    folder = work_folder(context.settings, scope.population)
    with alone(folder):
        verdict = training.judge(folder)
        keep(folder, verdict)
    entry.counts |= {"action": verdict.action, "candidate": verdict.candidate, "is_baseline": verdict.is_baseline}
    entry.facts |= {"reason": verdict.reason}


def keep(folder: Path, verdict: Verdict) -> None:
    """Leave the verdict in the population's work folder, for the page at the end of a run."""
    (folder / "verdict.json").write_text(json.dumps(verdict.as_json(), ensure_ascii=False, indent=1))
