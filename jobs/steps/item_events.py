"""Items and what happened to them, by each source's own rules: the ground on which lives and landmarks stand.

The rules (`models.lives.LifeRules`) are rows of a small table that is broadcast, so one plan serves all sources of a
population, whatever their contracts say.
"""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from jobs.contracts import Lives
from jobs.current import union
from jobs.lake import Lake
from jobs.steps import Scope
from jobs.steps.event_features import faults
from jobs.tables import CURRENT, SILVER
from models.lives import LifeRules

ITEM = ("_source", "item_id")
"""The key of an item."""

ATTRIBUTES = ("load_share", "equipment_class", "equipment_type", "manufacturer", "service")
"""What the register says of an item's equipment that is a feature."""
LASTING = (*ATTRIBUTES, "subunit")
"""The features that no repair changes."""

RULES_SCHEMA = (
    "_source string, population string, as_of date, uses_subunit boolean, uses_part boolean, ends_table string, "
    "ends_category array<string>, ends_impact array<string>, renews array<string>, merge_within_d int, "
    "same_failure_within_d int, complete_from date, landmark_every_d int, landmarks_from date, "
    "imminent_within_d int"
)


def life_rules(source: str, lives: Lives, as_of: date) -> LifeRules:
    """A contract's `lives` for an extract that reaches to `as_of`."""
    needed = {lives.ends.table, "maintenance"}
    bounds = [day for table, day in lives.records_complete_from.items() if table in needed]
    return LifeRules(
        source=source,
        population=lives.population,
        as_of=as_of,
        item=lives.item,
        ends_table=lives.ends.table,
        ends_category=lives.ends.category,
        ends_impact=lives.ends.impact,
        renews=lives.renews,
        merge_within_days=lives.merge_within_days,
        zero_gaps=lives.zero_gaps,
        complete_from=max(bounds, default=None),
        landmark_every_d=lives.landmark_every_d,
        landmarks_from=lives.landmarks_from,
        regimes=lives.regimes,
        imminent_within_d=lives.imminent_within_days,
    )


def rules_frame(spark: SparkSession, rules: Sequence[LifeRules]) -> DataFrame:
    """The rules, one row per source."""
    rows = [
        (
            r.source, r.population, r.as_of, "subunit" in r.item, "maintainable_item" in r.item, r.ends_table,
            _list(r.ends_category), _list(r.ends_impact), list(r.renews), r.merge_within_days,
            r.same_failure_within_d, r.complete_from, r.landmark_every_d, r.landmarks_from,
            r.imminent_within_d,
        )
        for r in rules
    ]  # fmt: skip
    return F.broadcast(spark.createDataFrame(rows, RULES_SCHEMA))


def _list(values: tuple[str, ...] | None) -> list[str] | None:
    """A list, as Spark Connect wants an array's values."""
    return None if values is None else list(values)


def current(lake: Lake, table: str, scope: Scope) -> DataFrame:
    """The rows of a silver table that count now, of the sources in scope, from finished deliveries alone (law 3).

    A delivery that is half published may already stand in `<table>_current`; of its source what counts is then found
    in the whole history, without that delivery.
    """
    whole = [name for name in scope.contracts if name not in scope.half_published]
    found = [lake.read(CURRENT[table]).where(F.col("_source").isin(whole))]
    for source, torn in scope.half_published.items():
        found.append(lake.counting(SILVER[table], source, scope.complete_on[source].get(table), without=torn))
    return union(found).where("NOT is_withdrawn")


def item_events(maintenance: DataFrame, failure: DataFrame, rules: DataFrame) -> DataFrame:
    """What happened to items, one row per record that names one."""
    return records(maintenance, failure, rules).where(F.col("item_id").isNotNull())


def records(maintenance: DataFrame, failure: DataFrame, rules: DataFrame) -> DataFrame:
    """The jobs of the sources, and their failure records where the contract says that these end lives.

    `item_id` is null where the item is a part and the record names none. `downtime_h` and `faults` are those of the table
    which ends lives; a preventive job tells of no fault.
    """
    jobs = maintenance.join(rules, "_source", "inner")
    failures = failure.join(rules.where("ends_table = 'failure'"), "_source", "inner")
    is_order = F.col("ends_table") == "maintenance"
    no_code = F.lit(None).cast("string")
    matches = _one_of("category", "ends_category") & _one_of("impact", "ends_impact")
    events = _events(
        jobs,
        record_id=F.concat(F.lit("maintenance:"), "maintenance_id"),
        is_job=F.lit(True),
        is_failure=is_order & matches,
        is_renewal=F.coalesce(F.array_contains("renews", F.col("activity")), F.lit(False)),
        is_corrective=F.col("category").eqNullSafe("corrective"),
        is_preventive=F.col("category").eqNullSafe("preventive"),
        preventive_basis=F.col("preventive_basis"),
        downtime_h=F.when(is_order, F.col("downtime_h")),
        cost_krw=F.col("cost_krw"),
        faults=F.when(
            is_order & ~F.col("category").eqNullSafe("preventive"), faults(no_code, no_code, F.col("text_tags"))
        ),
    )
    no = F.lit(False)
    return events.unionByName(
        _events(
            failures,
            record_id=F.concat(F.lit("failure:"), "failure_id"),
            is_job=no,
            is_failure=_one_of("impact", "ends_impact"),
            is_renewal=no,
            is_corrective=no,
            is_preventive=no,
            preventive_basis=no_code,
            downtime_h=F.col("downtime_h"),
            cost_krw=F.lit(None).cast("double"),
            faults=faults(F.col("failure_mode"), F.col("mechanism"), F.col("text_tags")),
        )
    )


def items(equipment: DataFrame, events: DataFrame, rules: DataFrame) -> DataFrame:
    """The items of the sources, their surveillance, what the register says of them, and the rules they fall under.

    An item that is a whole equipment unit is there once it is registered; a part, or a unit without a register entry,
    once a record of it became known. Surveillance as `models.lives.surveillance`.
    """
    unit = ("_source", "equipment_tag")
    dates = ("commissioned_on", "surveillance_from", "surveillance_to")
    register = equipment.select(*unit, *dates, *ATTRIBUTES, F.lit(True).alias("is_registered"))
    met = events.groupBy(*ITEM, "equipment_tag").agg(F.min("known_on").alias("met_on"))
    records_from = met.groupBy("_source").agg(F.min("met_on").alias("records_from"))
    is_part = F.col("uses_subunit") | F.col("uses_part")
    is_met_only = is_part | F.col("is_registered").isNull()
    known = (
        met.join(register, [*unit], "full")
        .join(rules, "_source", "inner")
        .join(F.broadcast(records_from), "_source", "left")
        .withColumn("item_id", F.coalesce("item_id", F.when(~is_part, F.col("equipment_tag"))))
        .where(F.col("item_id").isNotNull())
    )
    start = F.greatest(
        F.coalesce("surveillance_from", "complete_from", F.least("records_from", "as_of")),
        F.col("commissioned_on"),
        F.col("complete_from"),
        F.when(is_met_only, F.col("met_on")),
    )
    return known.select(
        *ITEM,
        "population",
        "equipment_tag",
        "commissioned_on",
        start.alias("surveillance_from"),
        F.least("as_of", "surveillance_to").alias("surveillance_to"),
        F.coalesce(F.col("surveillance_to") > F.col("as_of"), F.lit(True)).alias("is_in_service"),
        *ATTRIBUTES,
        F.when(is_part, F.expr("substr(item_id, length(equipment_tag) + 2)")).alias("subunit"),
        "as_of",
        "merge_within_d",
        "same_failure_within_d",
        "landmark_every_d",
        "landmarks_from",
        "imminent_within_d",
    )


def _events(rows: DataFrame, **columns: Column) -> DataFrame:
    subunit, part = (
        F.when(F.col("uses_subunit"), F.col("subunit")),
        F.when(F.col("uses_part"), F.col("maintainable_item")),
    )
    is_named = (~F.col("uses_subunit") | subunit.isNotNull()) & (~F.col("uses_part") | part.isNotNull())
    return rows.select(
        "_source",
        F.when(is_named, F.concat_ws("|", "equipment_tag", subunit, part)).alias("item_id"),
        "equipment_tag",
        occurred_on().alias("occurred_on"),
        known_on().alias("known_on"),
        *(column.alias(name) for name, column in columns.items()),
    )


def occurred_on() -> Column:
    """The day of a record: the middle of the time it can have happened in, which ends when it was recorded."""
    first, last = F.to_date("occurred_from"), F.to_date("occurred_to")
    latest = F.greatest(first, F.least(last, "recorded_on"))
    return F.date_add(first, F.floor(F.datediff(latest, first) / 2).cast("int"))


def known_on() -> Column:
    """The day from which a record is known: when it was recorded, but never before it happened."""
    return F.greatest("recorded_on", occurred_on())


def is_under_surveillance() -> Column:
    """Whether a `record` happened after surveillance of its `item` began."""
    return F.col("record.occurred_on") > F.col("item.surveillance_from")


def is_another_failure() -> Column:
    """Whether an item's failure (`is_failure`) is another one than the last known before it (doubled orders count once)."""
    in_order = Window.partitionBy(*ITEM).orderBy("record.known_on", "record.occurred_on", "record.record_id")
    failed_on = F.when(F.col("is_failure"), F.col("record.occurred_on"))
    last_failed_on = F.last(failed_on, ignorenulls=True).over(in_order.rowsBetween(Window.unboundedPreceding, -1))
    gap_d = F.abs(F.datediff(failed_on, last_failed_on))
    return F.col("is_failure") & F.coalesce(gap_d > F.col("item.same_failure_within_d"), F.lit(True))


def grid_days(start: Column, end: Column, every_d: Column) -> Column:
    """The days from `start` to before `end` that are multiples of `every_d` since 1970-01-01."""
    first, last = F.unix_date(start), F.unix_date(end)
    low = F.ceil(first / every_d).cast("int")
    numbers = F.sequence(low, F.greatest(low, F.floor(last / every_d).cast("int")))
    inside = F.filter(numbers, lambda k: (k * every_d >= first) & (k * every_d < last))
    return F.transform(inside, lambda k: F.date_from_unix_date(k * every_d))


def _one_of(column: str, allowed: str) -> Column:
    """Whether a column holds one of the values a rule allows; any, where the rule names none."""
    return F.col(allowed).isNull() | F.coalesce(F.array_contains(allowed, F.col(column)), F.lit(False))
