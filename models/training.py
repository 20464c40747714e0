"""A population's training from end to end: compare the recipes on the past, refit each on everything, keep the results.

Between steps a training lies in a folder of data files: `training.json`, `rows.parquet`, `scores.parquet`, and
`candidates/<recipe>/` with each model as it would be served.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from models import backtest, candidates, card, compare, outlook, splits, tuning
from models.calibration import Calibration
from models.candidate import Candidate, Storable
from models.compare import Comparison
from models.curves import SMALLEST_SURVIVAL
from models.errors import TooFewFailures
from models.gate import FALLBACK, Champion, Verdict, decide, without_comparison
from models.outlook import Outlook
from models.ranges import Range, ranges
from models.served import Served

SEED = 20_260_101
EXPLAINED = 500
"""Items on which the factors named are tried."""


@dataclass(frozen=True)
class Training:
    """What a training came to. `failures`: failed rows it learned from; `not_compared`: why nothing was compared, if
    so; `champion_recipe`: which recipe is the present champion's; `faithfulness`: of each recipe that can be served, how much
    further taking away the factors named moves its prediction than taking away as many others (2 is asked); `learned`:
    what its rows hold (`card.learned`); `rolled_back`: the recipes whose model of this very data was champion and was
    rolled back; `ranges`: how far each recipe rests on what is not known of the ends of lives; `time_unit`: what its times
    are counted in."""

    data_digest: str
    rows_learned: int
    failures: int
    features: tuple[str, ...]
    horizons_d: tuple[int, ...]
    cuts: tuple[str, ...]
    params: Mapping[str, Mapping[str, Any]]
    is_baseline: Mapping[str, bool]
    champion: Champion | None
    champion_recipe: str | None
    not_compared: str = ""
    failed: Mapping[str, str] = field(default_factory=dict)
    faithfulness: Mapping[str, float | None] = field(default_factory=dict)
    learned: Mapping[str, Any] = field(default_factory=dict)
    rolled_back: tuple[str, ...] = ()
    ranges: Mapping[str, Sequence[Range]] = field(default_factory=dict)
    time_unit: str = "days"


def with_champion(
    recipes: Mapping[str, Candidate], champion: Champion | None
) -> tuple[dict[str, Candidate], str | None]:
    """The recipes and the champion's among them, with its name.

    A champion made with other settings than today's takes part under the name `champion`.
    """
    known = candidates.find()
    if champion is None or champion.candidate not in known:
        return dict(recipes), None
    if recipes[champion.candidate].get_params() == dict(champion.params):
        return dict(recipes), champion.candidate
    return {**recipes, "champion": known[champion.candidate](**champion.params)}, "champion"


def train(
    frame: pd.DataFrame,
    champion: Champion | None,
    features: Sequence[str],
    horizons_d: Sequence[int],
    folder: Path,
    trials: int = 0,
    rolled_back: Sequence[Champion] = (),
    time_unit: str = "days",
    attributes: Sequence[str] = (),
) -> Training:
    """Train on a population's `gold.landmark` rows and leave the results in `folder` (emptied first).

    trials : tries of settings for each candidate that can be tuned, before anything is tested. rolled_back : former
    champions that were rolled back. time_unit : what the rows' times are counted in. attributes : the features that no repair
    changes; with them each recipe is stored with its outlook, by which replacements are decided.
    """
    rows = splits.landmarks(frame)
    splits.require_times(rows)
    if splits.labelled(rows).empty:
        raise TooFewFailures("no_label")
    learned = splits.recensor(rows, splits.end_of_records(rows).date())
    failures = int(learned["event"].sum())
    if not failures:
        items = learned.groupby(["_source", "item_id"]).ngroups
        raise TooFewFailures("no_failure", rows=len(learned), items=items, needed=backtest.MIN_FAILURES)
    made = {name: of() for name, of in candidates.find().items()}
    digest, held = data_digest(rows), card.learned(learned)
    facts = (digest, len(learned), failures, tuple(features))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        tests = backtest.plan(rows, horizons_d)
        known = backtest.known_splits(rows, tests)
        if trials:
            made = _tuned(made, rows, features, tests, known[-backtest.TESTED :][0].cut, trials, folder)
        compared, champion_recipe = with_champion(made, champion)
        result = backtest.run(rows, compared, features, horizons_d, SEED, known)
    except TooFewFailures as error:
        refitted = _refit({FALLBACK: (made[FALLBACK], Calibration.none())}, learned, features, folder, time_unit)
        settings = {FALLBACK: made[FALLBACK].get_params()}
        why, base = str(error), {FALLBACK: True}
        alone = Training(
            *facts, (), (), settings, base, champion, None, why, learned=held, time_unit=time_unit, **refitted
        )
        return _kept(folder, alone)
    kept = {name: (compared[name], calibration) for name, calibration in result.calibrations.items()}
    refitted = _refit(kept, learned, features, folder, time_unit)
    result.rows.to_parquet(folder / "rows.parquet")
    result.scores.to_parquet(folder / "scores.parquet")
    if attributes:
        _outlooks(learned, result, known[-backtest.TESTED :], attributes, folder)
    training = Training(
        *facts,
        result.plan.horizons_d,
        tuple(str(cut) for cut in result.plan.cuts),
        {name: compared[name].get_params() for name in kept},
        {name: compared[name].is_baseline for name in kept},
        champion,
        champion_recipe,
        failed=result.failed,
        learned=held,
        rolled_back=tuple(name for name in kept if _is_one_of(rolled_back, compared[name], digest)),
        time_unit=time_unit,
        **refitted,
    )
    return _kept(folder, training)


def load(folder: Path) -> Training:
    """The training that lies in a folder."""
    stored: dict[str, Any] = json.loads((folder / "training.json").read_text())
    stored["ranges"] = {name: [Range(**one) for one in found] for name, found in stored["ranges"].items()}
    stored["champion"] = Champion(**stored["champion"]) if stored["champion"] else None
    lists: dict[str, Any] = {name: tuple(stored[name]) for name in ("features", "horizons_d", "cuts", "rolled_back")}
    return Training(**stored | lists)


def judge(folder: Path) -> Verdict:
    """The gate's verdict on the training in a folder. Only a model that can be stored as data can become champion."""
    training = load(folder)
    if training.not_compared:
        return without_comparison(training.not_compared, training.champion, training.failures, training.data_digest)
    return decide(
        pq.read_table(folder / "rows.parquet").to_pandas(),
        {name: base for name, base in training.is_baseline.items() if served_folder(folder, name).is_dir()},
        training.champion,
        training.champion_recipe,
        training.data_digest,
        failed=training.failed,
        seed=SEED,
        rolled_back=training.rolled_back,
    )


def comparison(folder: Path, population: str, costs: Sequence[float]) -> tuple[pd.DataFrame, Comparison] | None:
    """The back-test in a folder and its candidates against the champion's recipe, or the best baseline where there is
    none; None where nothing was compared, or only one candidate could be fitted. costs : as for `compare.compare`."""
    training = load(folder)
    names = list(training.params)
    if training.not_compared or len(names) < 2:
        return None
    rows = pq.read_table(folder / "rows.parquet").to_pandas()
    brier = rows[rows["test"] == backtest.KNOWN].filter(regex=r"\.integrated_brier$").mean()
    baselines = [name for name in names if training.is_baseline[name]] or names
    best = min(baselines, key=lambda name: float(brier[f"{name}.integrated_brier"]))
    recipe = training.champion_recipe
    reference = recipe if recipe in names else best
    found = compare.compare(rows, names, reference, training.horizons_d, population, costs, SEED, training.time_unit)
    return rows, found


def scores(folder: Path) -> pd.DataFrame:
    """The candidates' scores; empty where nothing was compared."""
    path = folder / "scores.parquet"
    columns = ["test", "candidate", "metric", "horizon_d", "value", "low", "high", "units", "reason", "failures"]
    return pq.read_table(path).to_pandas() if path.exists() else pd.DataFrame(columns=columns)


def served_folder(folder: Path, recipe: str) -> Path:
    """Where a recipe's model lies as it would be served."""
    return folder / "candidates" / recipe


def data_digest(rows: pd.DataFrame) -> str:
    """SHA-256 over the rows in their fixed order."""
    return hashlib.sha256(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes()).hexdigest()


def _tuned(
    made: Mapping[str, Candidate],
    rows: pd.DataFrame,
    features: Sequence[str],
    tests: backtest.Plan,
    before: date,
    trials: int,
    folder: Path,
) -> dict[str, Candidate]:
    """The candidates with the settings found on what was known by `before`, each try kept in `tuning.json`."""
    found = tuning.tune(rows, made, features, tests, before, trials, SEED)
    (folder / "tuning.json").write_text(json.dumps([asdict(trial) for trial in found.trials], indent=1))
    return found.recipes


def _refit(
    kept: Mapping[str, tuple[Candidate, Calibration]],
    learned: pd.DataFrame,
    features: Sequence[str],
    folder: Path,
    time_unit: str,
) -> dict[str, Any]:
    """Fit each recipe on everything known today and store it as it would be served; says how faithful its factors are, and
    how far it rests on what is not known of the ends of lives."""
    explained = learned.groupby(["_source", "item_id"]).tail(1)
    explained = explained.sample(min(EXPLAINED, len(explained)), random_state=SEED)
    fits = backtest.Fits([recipe for recipe, _ in kept.values()], features, SEED)

    def served(recipe: Candidate, calibration: Calibration, rows: pd.DataFrame, place: str) -> Served:
        return Served.of(fits.of(recipe, rows, place), calibration, rows, features, time_unit)

    faithful, found = {}, {}
    for name, (recipe, calibration) in kept.items():
        if isinstance(recipe, Storable):
            model = served(recipe, calibration, learned, "today")
            model.dump(served_folder(folder, name))
            faithful[name] = model.faithfulness(explained, SEED)

            def chances(
                rows: pd.DataFrame, place: str, of: Candidate = recipe, by: Calibration = calibration
            ) -> dict[int, float]:
                return served(of, by, rows, place).mean_fail_prob(explained)

            found[name] = ranges(recipe, learned, chances)
    return {"faithfulness": faithful, "ranges": found}


def _outlooks(
    learned: pd.DataFrame,
    result: backtest.Backtest,
    tested: Sequence[splits.Split],
    attributes: Sequence[str],
    folder: Path,
) -> None:
    """Store beside each model that can be served the law of age of all records, and how far the recipe's curves are to be
    believed over it, by the tested cuts."""
    told = result.rows[result.rows["test"] == backtest.KNOWN]
    ahead_d = max(h for h in result.plan.horizons_d if h <= outlook.AHEAD_D or h == min(result.plan.horizons_d))
    held_out: dict[str, list[outlook.BorneOut]] = {}
    for split in tested:
        past = outlook.periods(split.train)
        then = Outlook.learned(past, attributes)
        frailty = then.law.frailty(past, split.test)
        time_d, event = split.test["time_d"].to_numpy(float), split.test["event"].to_numpy(bool)
        came = split.test.assign(days=np.minimum(time_d, ahead_d), failed=event & (time_d <= ahead_d))
        curves_of = told[told["cut"] == pd.Timestamp(split.cut)]
        for name in result.calibrations:
            by_curve = -np.log(np.clip(curves_of[f"{name}.s_{ahead_d}"].to_numpy(float), SMALLEST_SURVIVAL, 1.0))
            held_out.setdefault(name, []).append(then.borne_out(came, frailty, by_curve, ahead_d))
    today = Outlook.learned(outlook.periods(learned), attributes)
    for name, found in held_out.items():
        if served_folder(folder, name).is_dir():
            weighed = replace(today, weight=outlook.weight_of(found))
            weighed.dump(served_folder(folder, name) / outlook.FILE)


def _is_one_of(versions: Sequence[Champion], recipe: Candidate, digest: str) -> bool:
    """Whether a recipe, on the data of the digest, is one of the versions again."""
    kind = type(recipe).__module__.rpartition(".")[2]
    made = (kind, recipe.get_params(), digest)
    return any((found.candidate, dict(found.params), found.data_digest) == made for found in versions)


def _kept(folder: Path, training: Training) -> Training:
    (folder / "training.json").write_text(json.dumps(asdict(training), ensure_ascii=False, indent=1))
    return training
