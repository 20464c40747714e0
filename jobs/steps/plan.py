"""plan: what to do on which day, from learned lives, the code's dates, legal inspections, spares, shutdowns and capacity.

Spark finds what is wanted within the horizon; only these items, with their own landmarks, come to the driver, where
`models.plan` places them, source by source. Whether replacing an item pays, `models.outlook` says.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema

from jobs.contracts import Contract
from jobs.errors import DataError
from jobs.lake import matches
from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.champion import in_force, tracking
from jobs.steps.code_life import of_equipment
from jobs.steps.item_events import current
from jobs.steps.prices import prices_by
from jobs.tables.code_life import CODE_LIFE
from jobs.tables.landmark import LANDMARK
from jobs.tables.plan import PLAN
from jobs.tables.remaining_life import REMAINING_LIFE
from models import registry
from models.curves import SMALLEST_SURVIVAL
from models.errors import ModelError
from models.outlook import LONGEST_D, Prices, known_periods
from models.plan import WEIGHTS, Calendar, Item, Life, Line, plan
from models.plan import Window as Shutdown
from models.replacement import opportunities
from models.splits import end_of_records, landmarks

UNIT = ("_source", "equipment_tag")
PROBABILITIES = {30: "fail_prob_30d", 90: "fail_prob_90d", 365: "fail_prob_365d"}
OF_REGISTER = (
    "description", "equipment_class", "manufacturer", "model", "criticality_safety", "criticality_environment",
    "criticality_production", "has_spare", "spare_lead_d", "is_shutdown_only",
)  # fmt: skip
BY_LAW = ("legal_inspection_due_on", "legal_inspection_basis", "code_inspection_on", "code_required_on")
RUNNING_D, SHUTDOWN_D = 28.0, 365.0
"""Days between two opportunities to replace: while the plant runs, and by shutdowns where fewer than two are known."""

Row = Mapping[str, Any]


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Replace the scope's rows of `gold.plan`."""
    lake, spark = context.lake, context.spark
    found = wanted(context, scope).toArrow().to_pylist()
    prices = prices_by(context, scope, scope.as_of + timedelta(days=1))
    due = paying(context, scope, found, prices)
    rows: list[dict[str, Any]] = []
    for source, contract in scope.contracts.items():
        own = [row for row in found if row["_source"] == source]
        calendar = calendar_of(contract, scope)
        failure, _ = prices.get(source, (0.0, 0.0))
        items = items_of(own, contract, failure, due)
        rows += rows_of(plan(items, calendar), own, contract, scope)
    table = pa.Table.from_pylist(rows, to_arrow_schema(PLAN.schema))
    frame = spark.createDataFrame(table) if rows else spark.createDataFrame([], PLAN.schema)
    commit = lake.replace(PLAN, frame, scope.where, {"step": "plan", "as_of": scope.as_of})
    entry.counts |= {
        "actions": commit.rows,
        "bound_by_law": sum(row["limit_on"] is not None for row in rows),
        "law_won": sum(bool(row["overrides"]) for row in rows),
    }
    entry.facts |= {"plan_version": commit.version}


def wanted(context: Context, scope: Scope) -> DataFrame:
    """Items of which something is wanted within their source's horizon: a law's date, or the 10 % life, lies in it.

    A law's date belongs to the equipment as a whole; items that are parts of it have learned lives alone.
    """
    lake = context.lake
    horizons = [(name, scope.extracted_on[name], contract.plan.horizon_d) for name, contract in scope.contracts.items()]
    sources = F.broadcast(context.spark.createDataFrame(horizons, "_source string, as_of date, horizon_d int"))
    code = of_equipment(lake.read(CODE_LIFE).where(matches(scope.where)))
    units = current(lake, "equipment", scope).join(sources.select("_source", "as_of"), "_source", "inner")
    register = (
        units.where("surveillance_to IS NULL OR surveillance_to > as_of")
        .select(*UNIT, *OF_REGISTER, *BY_LAW[:2])
        .join(code.drop("code_guards"), [*UNIT], "left")
    )
    lives = lake.read(REMAINING_LIFE).where(matches(scope.where))
    learned = lives.select(*UNIT, "item_id", "p10_d", *PROBABILITIES.values())
    is_whole = F.col("item_id") == F.col("equipment_tag")
    whole = register.join(learned.where(is_whole), [*UNIT], "full").withColumn("item_id", F.col("equipment_tag"))
    parts = learned.where(~is_whole).join(register.drop(*BY_LAW), [*UNIT], "left")
    both = whole.unionByName(parts, allowMissingColumns=True).join(sources, "_source", "inner")
    dates = F.least(F.col("code_inspection_on"), F.col("code_required_on"), F.col("legal_inspection_due_on"))
    by_law = F.coalesce(dates <= F.expr("date_add(as_of, horizon_d)"), F.lit(False))
    by_life = F.coalesce(F.col("p10_d") <= F.col("horizon_d"), F.lit(False))
    names = (*UNIT, "item_id", "as_of", *OF_REGISTER, *BY_LAW, "p10_d", *PROBABILITIES.values())
    return both.where(by_law | by_life).select(*names)


def paying(context: Context, scope: Scope, found: Sequence[Row], prices: Prices) -> set[tuple[str, str]]:
    """Source and item of the rows of `wanted` of which a replacement at the next opportunity pays, by the rule that a replay
    tries on the past; none without a champion, of contracts without costs, or where too few failures were known to learn how
    items age."""
    known = [row for row in found if row["p10_d"] is not None and row["_source"] in prices]
    if not known or in_force(context, scope.population)[0] is None:
        return set()
    try:
        outlook = registry.load_outlook(tracking(context.settings), scope.population)
    except ModelError as error:
        raise DataError(str(error)) from error
    if outlook is None:
        return set()
    frame = histories(context, scope, known)
    history = known_periods(frame, end_of_records(frame).date())
    today = frame[frame["is_scored"]].merge(_opportunities(known, scope), on=["_source", "item_id"])
    due = set()
    for window_d in today["window_d"].unique():
        rows = today[today["window_d"] == window_d]
        by_curve = -np.log1p(-np.minimum(rows["fail_prob_365d"].to_numpy(float), 1 - SMALLEST_SURVIVAL))
        times = opportunities(np.array([LONGEST_D]), window_d)
        is_due = outlook.decide(rows, outlook.law.frailty(history, rows), by_curve, prices, times, window_d)
        due |= set(rows.loc[is_due, ["_source", "item_id"]].itertuples(index=False, name=None))
    return due


def histories(context: Context, scope: Scope, found: Sequence[Row]) -> pd.DataFrame:
    """The landmarks of the items, without what was measured."""
    items = pa.table({name: [row[name] for row in found] for name in ("_source", "item_id")})
    rows = context.lake.read(LANDMARK).where(matches(scope.where)).drop("measured")
    asked = F.broadcast(context.spark.createDataFrame(items))
    return landmarks(rows.join(asked, ["_source", "item_id"], "left_semi").toPandas())


def _opportunities(found: Sequence[Row], scope: Scope) -> pd.DataFrame:
    """By item the days between two opportunities to replace it, and its probability of failing within a year."""
    calendars = {name: calendar_of(contract, scope) for name, contract in scope.contracts.items()}
    window_d = [_between_shutdowns(calendars[r["_source"]]) if r["is_shutdown_only"] else RUNNING_D for r in found]
    columns = {name: [row[name] for row in found] for name in ("_source", "item_id", "fail_prob_365d")}
    return pd.DataFrame({**columns, "window_d": window_d})


def calendar_of(contract: Contract, scope: Scope) -> Calendar:
    """When the source's work can be done, by its contract."""
    own = contract.plan
    shutdowns = tuple(Shutdown(one.from_, one.to, one.jobs) for one in own.shutdowns)
    return Calendar(scope.extracted_on[contract.source], shutdowns, own.jobs_per_week, own.horizon_d)


def items_of(rows: Sequence[Row], contract: Contract, failure: float, due: Container[tuple[str, str]]) -> list[Item]:
    """The rows of `wanted` of one source as the plan needs them.

    failure : what one costs; 0 where the contract names no costs: then ranks follow the dates. due : source and item of those
    of which a replacement pays.
    """
    return [_item(row, contract, failure * weight(row), (row["_source"], row["item_id"]) in due) for row in rows]


def weight(row: Row) -> float:
    """What a failure's cost is multiplied by, by the worst criticality stated."""
    stated = [row[f"criticality_{of}"] for of in ("safety", "environment", "production")]
    return max((WEIGHTS[one] for one in stated if one), default=WEIGHTS[None])


def _between_shutdowns(calendar: Calendar) -> float:
    first = [shutdown.first for shutdown in calendar.shutdowns]
    return (first[-1] - first[0]).days / (len(first) - 1) if len(first) > 1 else SHUTDOWN_D


def _item(row: Row, contract: Contract, consequence: float, is_paying: bool) -> Item:
    has_life = row["fail_prob_30d"] is not None
    points = tuple((float(day), float(row[name])) for day, name in PROBABILITIES.items()) if has_life else ()
    lead_d = contract.plan.lead_d if row["spare_lead_d"] is None else row["spare_lead_d"]
    maker = " ".join(filter(None, (row["manufacturer"], row["model"])))
    return Item(
        item_id=row["item_id"],
        equipment_tag=row["equipment_tag"],
        life=Life(row["p10_d"], points) if has_life else None,
        pays=is_paying,
        consequence_krw=consequence,
        spare=maker or row["description"] or row["equipment_tag"],
        lead_d=0 if row["has_spare"] else lead_d,
        is_shutdown_only=bool(row["is_shutdown_only"]),
        inspect_by=row["code_inspection_on"],
        legal_by=row["legal_inspection_due_on"],
        legal_basis=row["legal_inspection_basis"] or "",
        required_on=row["code_required_on"],
    )


def rows_of(lines: Iterable[Line], rows: Sequence[Row], contract: Contract, scope: Scope) -> Iterator[dict[str, Any]]:
    """The lines of one source in `gold.plan`'s columns."""
    by_item = {row["item_id"]: row for row in rows}
    for line in lines:
        row = by_item[line.item_id]
        yield {
            "population": scope.population,
            "_source": contract.source,
            "action_id": f"{line.item_id}|{line.action}",
            "item_id": line.item_id,
            "equipment_tag": line.equipment_tag,
            "description": row["description"],
            "as_of": row["as_of"],
            "rank": line.rank,
            "action": str(line.action),
            "planned_on": line.planned_on,
            "planned_until": line.planned_until,
            "limit_on": line.limit_on,
            "bound_by": str(line.bound_by),
            "overrides": [str(one) for one in line.overrides],
            "is_shutdown_only": bool(row["is_shutdown_only"]),
            "window_on": line.window_on,
            "fail_prob": line.fail_prob,
            "consequence_krw": line.consequence_krw,
            "risk_krw": line.risk_krw,
            "spare": line.order or None,
            "order_by": line.order_by,
            "reason_ko": line.reason.ko,
            "reason_en": line.reason.en,
        }
