"""plan: what to do on which day, from learned lives, the code's dates, legal inspections, spares, shutdowns and capacity.

Spark finds what is wanted within the horizon; only these items come to the driver, where `models.plan` places them,
source by source. When replacing an item pays, `models.class_ageing` says from the ages at which its class has failed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema

from jobs.contracts import Contract
from jobs.lake import matches
from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.code_life import of_equipment
from jobs.steps.item_events import current, item_events, life_rules, rules_frame
from jobs.tables import CURRENT
from jobs.tables.code_life import CODE_LIFE
from jobs.tables.life import LIFE
from jobs.tables.plan import PLAN
from jobs.tables.remaining_life import REMAINING_LIFE
from models.class_ageing import BANDS_D, ClassAgeing, pays
from models.plan import WEIGHTS, Calendar, Item, Life, Line, plan
from models.plan import Window as Shutdown

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
    downtime_h, ageing = mean_downtime_h(context, scope), ageing_of(context, scope.population)
    rows: list[dict[str, Any]] = []
    for source, contract in scope.contracts.items():
        own = [row for row in found if row["_source"] == source]
        calendar = calendar_of(contract, scope)
        items = items_of(own, contract, calendar, ageing, downtime_h.get(source, 0.0))
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


def mean_downtime_h(context: Context, scope: Scope) -> dict[str, float]:
    """Hours that equipment stood still at a failure, by source: the mean over those that say."""
    rules = [life_rules(name, lives, scope.extracted_on[name]) for name, lives in scope.lives.items()]
    maintenance, failure = (current(context.lake, name, scope) for name in ("maintenance", "failure"))
    events = item_events(maintenance, failure, rules_frame(context.spark, rules)).where("is_failure")
    rows = events.groupBy("_source").agg(F.mean("downtime_h").alias("hours")).collect()
    return {row["_source"]: row["hours"] for row in rows if row["hours"] is not None}


def ageing_of(context: Context, population: str) -> dict[str, ClassAgeing]:
    """How each equipment class of a population ages, from its spells whose origin is known."""
    lake = context.lake
    classes = lake.read(CURRENT["equipment"]).select(*UNIT, "equipment_class")
    of_item = Window.partitionBy("_source", "item_id").orderBy("spell")
    lives = (
        lake.read(LIFE)
        .where((F.col("population") == population) & F.col("is_origin_known"))
        .withColumn("is_new_after", F.lead("entered_d").over(of_item) == 0)
        .withColumn("failed", F.col("event") | (F.col("ended_by") == "condition"))
        .join(classes, [*UNIT], "inner")
    )
    bands = list(pairwise(BANDS_D))
    rows = (
        lives.groupBy("equipment_class")
        .agg(
            F.array(*(_failures(low, high) for low, high in bands)).alias("failures"),
            F.array(*(_at_risk_d(low, high) for low, high in bands)).alias("at_risk_d"),
            F.count_if(F.col("event")).alias("events"),
            F.count_if(F.col("event") & F.col("is_new_after")).alias("renewals"),
        )
        .where(F.col("equipment_class").isNotNull())
        .collect()
    )
    return {
        row["equipment_class"]: ClassAgeing(
            np.array(row["failures"], float),
            np.array(row["at_risk_d"], float),
            row["renewals"] / row["events"] if row["events"] else 1.0,
        )
        for row in rows
    }


def _failures(low: float, high: float) -> Column:
    return F.count_if(F.col("failed") & (F.col("ended_d") > low) & (F.col("ended_d") <= high))


def _at_risk_d(low: float, high: float) -> Column:
    spent = F.least(F.col("ended_d"), F.lit(high)) - F.greatest(F.col("entered_d"), F.lit(low))
    return F.sum(F.greatest(spent, F.lit(0.0)))


def calendar_of(contract: Contract, scope: Scope) -> Calendar:
    """When the source's work can be done, by its contract."""
    own = contract.plan
    shutdowns = tuple(Shutdown(one.from_, one.to, one.jobs) for one in own.shutdowns)
    return Calendar(scope.extracted_on[contract.source], shutdowns, own.jobs_per_week, own.horizon_d)


def items_of(
    rows: Sequence[Row], contract: Contract, calendar: Calendar, ageing: Mapping[str, ClassAgeing], downtime_h: float
) -> list[Item]:
    """The rows of `wanted` of one source as the plan needs them.

    Without costs in the contract nothing is weighed: no replacement pays, and ranks follow the dates.
    """
    costs = contract.costs
    failure = costs.failure + costs.downtime_h * downtime_h if costs else 0.0
    consequence = np.array([failure * weight(row) for row in rows])
    planned = costs.planned if costs else 0.0
    paying = replacements_that_pay(rows, consequence, planned, calendar, ageing) if costs else set()
    return [
        _item(row, contract, float(cost), number in paying)
        for number, (row, cost) in enumerate(zip(rows, consequence, strict=True))
    ]


def weight(row: Row) -> float:
    """What a failure's cost is multiplied by, by the worst criticality stated."""
    stated = [row[f"criticality_{of}"] for of in ("safety", "environment", "production")]
    return max((WEIGHTS[one] for one in stated if one), default=WEIGHTS[None])


def replacements_that_pay(
    rows: Sequence[Row], failure: np.ndarray, planned: float, calendar: Calendar, ageing: Mapping[str, ClassAgeing]
) -> set[int]:
    """Numbers of the rows of which a replacement at the next opportunity pays; of a class that failed too seldom none."""
    groups: dict[tuple[str, bool], list[int]] = {}
    for number, row in enumerate(rows):
        known = ageing.get(row["equipment_class"])
        if row["p10_d"] is not None and known and known.is_known:
            groups.setdefault((row["equipment_class"], bool(row["is_shutdown_only"])), []).append(number)
    found = set()
    for (of_class, is_shutdown_only), numbers in groups.items():
        prob = np.array([[rows[number][name] for name in PROBABILITIES.values()] for number in numbers], float)
        window_d = _between_shutdowns(calendar) if is_shutdown_only else RUNNING_D
        due = pays(np.array([*PROBABILITIES], float), prob, ageing[of_class], failure[numbers], planned, window_d)
        found |= {number for number, is_due in zip(numbers, due, strict=True) if is_due}
    return found


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
