"""How much of what an oracle's plan saves over the best fixed interval `yeji replay` saves, on the sample.

    YEJI_HOME=.yeji .venv/bin/python -m bench.replay --from 2019 --candidate xgb_aft

Decisions are those of `models.replay`, from the lake's landmarks. They are judged by the truth beside the inbox: in place
of the recorded failures stand those that the asset's own law expects between two dates (`truth.Standing`; no draw of lives
lies between the figure and the law), and what a new unit costs per day in the long run, and what stands at the end is
worth, are what the law says. So the oracle's plan, which decides by the law with the frailty known, is what can be
reached; the plan of who knows the law and the recorded history, but no frailty, is what features allow. Intervals are 95
% over equipment.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from jobs.sample.kinds import KINDS
from jobs.sample.truth import expected_failures, standing
from jobs.settings import settings
from jobs.steps import Context, populations, scope_of
from jobs.steps.fit import landmarks
from jobs.steps.item_events import LASTING
from jobs.steps.prices import prices_by
from jobs.tables.features import FEATURES
from jobs.tables.landmark import LANDMARK
from models import candidates, metrics, replay, splits
from models.candidate import Floats
from models.outlook import Prices
from models.replacement import Costs, Decision, decide
from models.training import SEED

DRAWS = 500
RENEWED = {kind.word: kind.replaced for kind in KINDS}


@dataclass(frozen=True)
class Truth:
    """At each row of the record: the failures its law expects until the item's next row, its costs, the decision of who
    knows the law, and that of who knows the law but not the frailty."""

    failures: Floats
    costs: Costs
    oracle: Decision
    features: Decision


def truth(decided: replay.Decided, prices: Prices, assets: pd.DataFrame, lives: pd.DataFrame) -> Truth:
    rows, count = decided.rows, len(decided.rows)
    shares = rows.merge(assets, left_on=["_source", "equipment_tag"], right_on=["source", "equipment_tag"], how="left")
    failure, planned = np.array([prices[source] for source in rows["_source"]], float).T
    costs = Costs(failure, planned, shares["kind"].map(RENEWED).to_numpy(float))
    told = {name: [np.zeros(count, bool), np.zeros(count), np.zeros(count)] for name in ("oracle", "features")}
    for day, at in rows.groupby("as_of").indices.items():
        stands = standing(assets, lives, day.date())
        place = pd.MultiIndex.from_frame(stands.keys).get_indexer(_keys(rows.iloc[at]))
        at, place = at[place >= 0], place[place >= 0]
        present, new = (
            np.stack([of(t)[place] for t in decided.times], axis=1)
            for of in (stands.hazard_until, stands.new_hazard_until)
        )
        own = Costs(*(np.asarray(value)[at] for value in (costs.failure, costs.planned, costs.renewed)))
        known = {"oracle": stands.hazard.frailty, "features": stands.shape / stands.rate}
        for name, frailty in known.items():
            z = frailty[place][:, None]
            for kept, value in zip(
                told[name], decide(decided.times, z * present, z * new, own, decided.window_d), strict=True
            ):
                kept[at] = value
    after = rows["as_of"] + pd.to_timedelta(rows["gap_d"], unit="D")
    until = _expected_by(assets, lives, rows, after) - _expected_by(assets, lives, rows, rows["as_of"])
    return Truth(until, costs, *(Decision(*told[name]) for name in ("oracle", "features")))


def costs_by_rule(decided: replay.Decided, true: Truth) -> dict[str, Floats]:
    """What each rule costs at each row (n,), expected by the law."""
    rows = decided.rows
    is_last = ~rows.duplicated(["_source", "item_id"], keep="last").to_numpy()
    stands = np.clip(true.costs.planned + true.oracle.saving, 0.0, true.costs.planned)
    found = {}
    for rule, is_due in {**decided.is_due, "features": true.features.is_due, "oracle": true.oracle.is_due}.items():
        is_out, is_job = replay.taken_out(rows, is_due)
        runs = true.costs.failure * true.failures + np.where(is_last, stands, 0.0)
        found[rule] = np.where(is_out, true.oracle.rate * rows["gap_d"], runs) + true.costs.planned * is_job
    return found


def shares(cost: Mapping[str, Floats], unit: np.ndarray) -> dict[str, metrics.Interval]:
    """Each plan's share of the oracle's saving over the fixed interval."""
    at_most = cost["fixed_interval"] - cost["oracle"]
    return {
        rule: metrics.bootstrap(
            lambda w, of=cost["fixed_interval"] - cost[rule]: (w @ of) / (w @ at_most),
            unit,
            np.ones(len(unit)),
            DRAWS,
            SEED,
        )
        for rule in ("plan", "features")
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--from", dest="start", type=lambda text: datetime.strptime(text, "%Y").date(), required=True)
    options.add_argument("--population")
    options.add_argument("--candidate", default="xgb_aft")
    options.add_argument("--assets", type=int, help="at most so many of the population's assets")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    context = Context(settings())
    asked = [chosen.population] if chosen.population else populations(context.contracts)
    told = {name: measured(context, name, chosen) for name in asked}
    if chosen.json:
        print(json.dumps(told, default=vars, indent=1))
        return
    for name, found in told.items():
        table = Table(
            "",
            "cost, million KRW",
            "jobs",
            "share of the oracle's saving",
            box=None,
            title=f"{name}, {found['assets']:,} assets",
        )
        for rule, krw in found["cost"].items():
            share = found["shares"].get(rule)
            shown = f"{share.value:.0%} ({share.low:.0%} to {share.high:.0%})" if share else ""
            table.add_row(rule, f"{krw / 1e6:,.0f}", f"{found['jobs'][rule]:,}", shown)
        Console(highlight=False).print(table)


def measured(context: Context, population: str, chosen: argparse.Namespace) -> dict:
    scope = scope_of(context, population)
    folder = context.settings.inbox_dir.parent / "truth"
    assets, lives = (pd.read_parquet(folder / f"{name}.parquet") for name in ("assets", "lives"))
    rows = splits.landmarks(landmarks(context.lake, scope, context.lake.version(LANDMARK)))
    units = pd.Series(rows["unit"].unique())
    if chosen.assets and chosen.assets < len(units):
        rows = rows[rows["unit"].isin(units.sample(chosen.assets, random_state=SEED))].reset_index(drop=True)
    recipe = candidates.find()[chosen.candidate]()
    features = [feature.name for feature in FEATURES]
    prices = prices_by(context, scope, chosen.start)
    decided = replay.decisions(rows, replay.Terms(recipe, features, LASTING, prices, chosen.start, SEED))
    of = assets["source"].isin(list(scope.contracts)), lives["source"].isin(list(scope.contracts))
    true = truth(decided, prices, assets[of[0]], lives[of[1]])
    cost = costs_by_rule(decided, true)
    dues = {**decided.is_due, "features": true.features.is_due, "oracle": true.oracle.is_due}
    return {
        "assets": int(decided.rows["unit"].nunique()),
        "cost": {rule: float(krw.sum()) for rule, krw in cost.items()},
        "jobs": {rule: int(replay.taken_out(decided.rows, due)[1].sum()) for rule, due in dues.items()},
        "shares": shares(cost, decided.rows["unit"].to_numpy()),
    }


def _expected_by(assets: pd.DataFrame, lives: pd.DataFrame, rows: pd.DataFrame, days: pd.Series) -> Floats:
    """(n,): the failures expected of each row's asset by its day."""
    found = np.zeros(len(rows))
    for day, at in rows.groupby(days).indices.items():
        found[at] = expected_failures(assets, lives, day.date()).reindex(_keys(rows.iloc[at])).fillna(0.0)
    return found


def _keys(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[["_source", "equipment_tag"]])


if __name__ == "__main__":
    main()
