"""gate: decide which candidate becomes the population's champion (law 7). The verdict is kept with every number."""

import json

from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.fit import work_folder
from models import training


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Judge the training that `fit` left."""
    folder = work_folder(context.settings, scope.population)
    verdict = training.judge(folder)
    (folder / "verdict.json").write_text(json.dumps(verdict.as_json(), ensure_ascii=False, indent=1))
    entry.counts |= {"action": verdict.action, "candidate": verdict.candidate, "is_baseline": verdict.is_baseline}
    entry.facts |= {"reason": verdict.reason}
