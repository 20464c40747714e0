"""plan: what to do on which day, from learned lives, the code's dates, legal inspections, spares, shutdowns and capacity.

Spark finds what is wanted; only these items come to the driver, where `models.plan` places them, source by source.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema

from jobs.contracts import Contract
from jobs.lake import matches
from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.code_life import of_equipment
from jobs.steps.due import due
from jobs.steps.item_events import current
from jobs.steps.prices import prices_by
from jobs.tables.code_life import CODE_LIFE
from jobs.tables.plan import PLAN
from jobs.tables.remaining_life import REMAINING_LIFE
from models.plan import WEIGHTS, Calendar, Item, Life, Line, plan
from models.plan import Window as Shutdown

UNIT = ("_source", "equipment_tag")
PROBABILITIES = {30: "fail_prob_30d", 90: "fail_prob_90d", 365: "fail_prob_365d"}
OF_REGISTER = (
    "description", "equipment_class", "manufacturer", "model", "criticality_safety", "criticality_environment",
    "criticality_production", "has_spare", "spare_lead_d", "is_shutdown_only",
)  # fmt: skip
BY_LAW = ("legal_inspection_due_on", "legal_inspection_basis", "code_inspection_on", "code_required_on")
Row = Mapping[str, Any]


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Replace the scope's rows of `gold.plan`."""
    lake, spark = context.lake, context.spark
    prices = prices_by(context, scope, scope.as_of + timedelta(days=1))
    found = wanted(context, scope, due(context, scope, prices)).toArrow().to_pylist()
    rows: list[dict[str, Any]] = []
    for source, contract in scope.contracts.items():
        own = [row for row in found if row["_source"] == source]
        calendar = calendar_of(contract, scope)
        failure, _ = prices.get(source, (0.0, 0.0))
        items = [_item(row, contract, failure * weight(row)) for row in own]
        rows += rows_of(plan(items, calendar), own, contract, scope)
    table = pa.Table.from_pylist(rows, to_arrow_schema(PLAN.schema))
    frame = spark.createDataFrame(table) if rows else spark.createDataFrame([], PLAN.schema)
    commit = lake.replace(PLAN, frame, scope.where, {"step": "plan", "as_of": scope.as_of})
    entry.counts |= {
        "actions": commit.rows,
        "replaced_as_it_pays": sum(row["pays"] for row in found),
        "bound_by_law": sum(row["limit_on"] is not None for row in rows),
        "law_won": sum(bool(row["overrides"]) for row in rows),
    }
    entry.facts |= {"plan_version": commit.version}


def wanted(context: Context, scope: Scope, paying: DataFrame) -> DataFrame:
    """Items of which something is wanted: a law's date, or the 10 % life, lies within their source's horizon, or a replacement
    pays (`paying`: source and item).

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
    pays = F.broadcast(paying.withColumn("pays", F.lit(True)))
    told = both.join(pays, ["_source", "item_id"], "left").withColumn("pays", F.coalesce("pays", F.lit(False)))
    names = (*UNIT, "item_id", "as_of", *OF_REGISTER, *BY_LAW, "p10_d", *PROBABILITIES.values(), "pays")
    return told.where(by_law | by_life | F.col("pays")).select(*names)


def calendar_of(contract: Contract, scope: Scope) -> Calendar:
    """When the source's work can be done, by its contract."""
    own = contract.plan
    shutdowns = tuple(Shutdown(one.from_, one.to, one.jobs) for one in own.shutdowns)
    return Calendar(scope.extracted_on[contract.source], shutdowns, own.jobs_per_week, own.horizon_d)


def weight(row: Row) -> float:
    """What a failure's cost is multiplied by, by the worst criticality stated."""
    stated = [row[f"criticality_{of}"] for of in ("safety", "environment", "production")]
    return max((WEIGHTS[one] for one in stated if one), default=WEIGHTS[None])


def _item(row: Row, contract: Contract, consequence: float) -> Item:
    """A row of `wanted` as the plan needs it."""
    has_life = row["fail_prob_30d"] is not None
    points = tuple((float(day), float(row[name])) for day, name in PROBABILITIES.items()) if has_life else ()
    lead_d = contract.plan.lead_d if row["spare_lead_d"] is None else row["spare_lead_d"]
    maker = " ".join(filter(None, (row["manufacturer"], row["model"])))
    return Item(
        item_id=row["item_id"],
        equipment_tag=row["equipment_tag"],
        life=Life(row["p10_d"], points) if has_life else None,
        pays=row["pays"],
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
