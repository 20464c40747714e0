"""Which items it pays to replace at their next opportunity, by the rule that a replay tries on the past (`models.outlook`)."""

from itertools import pairwise

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.contracts import Contract
from jobs.lake import matches
from jobs.steps import Context, Scope
from jobs.steps.champion import outlook_in_force
from jobs.steps.item_events import current
from jobs.tables.landmark import LANDMARK
from jobs.tables.remaining_life import REMAINING_LIFE
from models.curves import SMALLEST_SURVIVAL
from models.outlook import LONGEST_D, Outlook, Prices, known_periods
from models.replacement import opportunities
from models.splits import end_of_records, landmarks

RUNNING_D, SHUTDOWN_D = 28.0, 365.0
"""Days between two opportunities to replace: while the plant runs, and by shutdowns where fewer than two are known."""

MOST_ROWS = 1_000_000
"""Landmarks that the driver holds at a time; of more, it takes some items after the others."""

ITEM = ("_source", "item_id")
OF_LANDMARK = (
    *ITEM, "equipment_tag", "as_of", "time_d", "upper_d", "event", "event_recorded_on", "ended_by", "is_scored", "age_d",
    "repairs_count", "equipment_class", "manufacturer",
)  # fmt: skip


def due(context: Context, scope: Scope, prices: Prices) -> DataFrame:
    """Source and item of those that it pays to replace.

    None without a champion, of contracts without costs, or where too few failures were known to learn how items age.
    """
    outlook = outlook_in_force(context, scope.population)
    found = [] if outlook is None else _due(context, scope, prices, outlook)
    return context.spark.createDataFrame(found, "_source string, item_id string")


def _due(context: Context, scope: Scope, prices: Prices, outlook: Outlook) -> list[tuple[str, str]]:
    priced = F.col("_source").isin([*prices])
    lives = context.lake.read(REMAINING_LIFE).where(matches(scope.where)).where(priced)
    register = current(context.lake, "equipment", scope).select("_source", "equipment_tag", "is_shutdown_only")
    asked = lives.select(*ITEM, "equipment_tag", "fail_prob_365d").join(register, ["_source", "equipment_tag"], "left")
    asked = F.broadcast(asked.drop("equipment_tag"))
    names = dict.fromkeys((*OF_LANDMARK, *outlook.law.attributes))
    rows = context.lake.read(LANDMARK).where(matches(scope.where)).where(priced).select(*names)
    parts = 1 + rows.count() // MOST_ROWS
    found = []
    for part in range(parts):
        some = rows.where(F.pmod(F.xxhash64(*ITEM), F.lit(parts)) == part)
        frame = some.join(asked, [*ITEM], "inner").toPandas()
        if len(frame):
            found += _of(landmarks(frame), scope, prices, outlook)
    return found


def _of(frame: pd.DataFrame, scope: Scope, prices: Prices, outlook: Outlook) -> list[tuple[str, str]]:
    """The items of a landmark frame that has `fail_prob_365d` and `is_shutdown_only`."""
    history = known_periods(frame, end_of_records(frame).date())
    today = frame[frame["is_scored"]]
    between = today["_source"].map({name: between_shutdowns(contract) for name, contract in scope.contracts.items()})
    window_d = between.where(today["is_shutdown_only"].eq(True), RUNNING_D).to_numpy(float)
    found: list[tuple[str, str]] = []
    for days in np.unique(window_d):
        rows = today[window_d == days]
        by_curve = -np.log1p(-np.minimum(rows["fail_prob_365d"].to_numpy(float), 1 - SMALLEST_SURVIVAL))
        times = opportunities(np.array([LONGEST_D]), days)
        is_due = outlook.decide(rows, outlook.law.frailty(history, rows), by_curve, prices, times, days)
        found += zip(rows.loc[is_due, "_source"], rows.loc[is_due, "item_id"], strict=True)
    return found


def between_shutdowns(contract: Contract) -> float:
    """Days from one of the contract's shutdowns to the next, on average."""
    first = [shutdown.from_ for shutdown in contract.plan.shutdowns]
    gaps = [(later - one).days for one, later in pairwise(first)]
    return sum(gaps) / len(gaps) if gaps else SHUTDOWN_D
