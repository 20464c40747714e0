"""lives: spells of items at risk, from what is current in silver (`models.lives` states the conventions).

Window functions only, all by item: one shuffle of the events, nothing collected.
"""

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from jobs.lake import matches
from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.item_events import ITEM, current, items, life_rules, records, rules_frame
from jobs.tables.life import LIFE
from models.lives import HALF_DAY, PREVENTIVE

OF_ITEM = (
    "population", "equipment_tag", "commissioned_on", "surveillance_from", "surveillance_to", "merge_within_d",
    "same_failure_within_d",
)  # fmt: skip
"""What the events of an item need to know of it."""


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Replace the scope's spells in `gold.life`."""
    lake = context.lake
    rules = [life_rules(name, lives, scope.extracted_on[name]) for name, lives in scope.lives.items()]
    table = rules_frame(context.spark, rules)
    found = records(current(lake, "maintenance", scope), current(lake, "failure", scope), table)
    events = found.where(F.col("item_id").isNotNull())
    known = items(current(lake, "equipment", scope), events, table)
    commit = lake.replace(LIFE, build_lives(events, known), scope.where, {"step": "lives", "as_of": scope.as_of})
    written = lake.read(LIFE, commit.version).where(matches(scope.where))
    entry.counts |= {"lives": commit.rows, **summary(written), **records_summary(found)}
    entry.facts |= {"life_version": commit.version}


def build_lives(events: DataFrame, items: DataFrame) -> DataFrame:
    """The spells of the items, in `gold.life`'s columns; equal to `models.lives.lives`, source by source."""
    in_order = Window.partitionBy(*ITEM).orderBy("day", "is_start", "number")
    renewed_on = F.last(F.when(F.col("is_renewal"), F.col("day")), ignorenulls=True).over(in_order)
    begins_spell = F.col("is_start") | (F.col("day") > F.col("item.surveillance_from"))
    begun = (
        boundaries(events, items)
        .withColumn("begins_spell", begins_spell)
        .select(
            *ITEM,
            "item",
            F.col("day").alias("entered_on"),
            "begins_spell",
            _running_count("begins_spell", in_order).alias("spell"),
            F.greatest(renewed_on, F.col("item.commissioned_on")).alias("known_origin_on"),
            *(F.lead(name).over(in_order).alias(name) for name in ("day", "ended_by", "recorded_on")),
        )
    )
    is_tail = F.col("day").isNull()
    spells = begun.where("begins_spell").select(
        *ITEM,
        "spell",
        "item.population",
        "item.equipment_tag",
        F.coalesce("known_origin_on", "item.surveillance_from").alias("origin_on"),
        F.col("known_origin_on").isNotNull().alias("is_origin_known"),
        "entered_on",
        F.coalesce("day", "item.surveillance_to").alias("ended_on"),
        F.coalesce("ended_by", F.lit("end_of_surveillance")).alias("ended_by"),
        "recorded_on",
        is_tail.alias("is_tail"),
    )
    entered_d = F.datediff("entered_on", "origin_on").cast("double")
    ended_d = F.datediff("ended_on", "origin_on").cast("double")
    return spells.where("ended_on > entered_on OR NOT is_tail").select(
        "population",
        *ITEM,
        "equipment_tag",
        F.col("spell").cast("int"),
        "origin_on",
        "is_origin_known",
        "entered_on",
        "ended_on",
        entered_d.alias("entered_d"),
        F.when(ended_d > entered_d, ended_d).otherwise(entered_d + HALF_DAY).alias("ended_d"),
        (F.col("ended_by") == "failure").alias("event"),
        "ended_by",
        "recorded_on",
    )


def boundaries(events: DataFrame, items: DataFrame) -> DataFrame:
    """The days on which spells end and begin, doubled orders merged, and one row per item for its start.

    Each carries `item`, what `OF_ITEM` names. An event that is no failure belongs to the failure before it if it is
    near enough, else (`is_free`) to its like before it.
    """
    day = F.col("day")
    order = Window.partitionBy(*ITEM).orderBy("day", F.col("is_failure").desc(), "record_id")
    before = order.rowsBetween(Window.unboundedPreceding, -1)
    last_failure = F.last(F.when(F.col("is_failure"), day), ignorenulls=True).over(before)
    last_free = F.last(F.when(F.col("is_free"), day), ignorenulls=True).over(before)
    is_apart = F.coalesce(F.col("since_failure_d") > F.col("item.merge_within_d"), F.lit(True))
    is_new_failure = F.coalesce(F.col("since_failure_d") > F.col("item.same_failure_within_d"), F.lit(True))
    is_new_free = F.coalesce(F.datediff(day, last_free) > F.col("item.merge_within_d"), F.lit(True))
    marked = (
        _marks(events, items)
        .withColumn("item", F.max("item").over(Window.partitionBy(*ITEM)))
        .where("day <= item.surveillance_to")
        .withColumn("since_failure_d", F.datediff(day, last_failure))
        .withColumn("is_free", ~F.col("is_failure") & ~F.col("is_start") & is_apart)
        .withColumn("begins_failure", F.col("is_failure") & is_new_failure)
        .withColumn("begins_free", F.col("is_free") & is_new_free)
    )
    number = F.when(F.col("is_free"), _running_count("begins_free", order))
    numbered = marked.withColumn("number", F.coalesce(number, _running_count("begins_failure", order)))
    return numbered.groupBy(*ITEM, "is_start", "is_free", "number").agg(
        _first_of("day").alias("day"),
        F.bool_or("is_renewal").alias("is_renewal"),
        F.when(F.bool_or("is_failure"), "failure").otherwise(_preventive_reason()).alias("ended_by"),
        _first_of("known_on").alias("recorded_on"),
        F.max("item").alias("item"),
    )


def _marks(events: DataFrame, items: DataFrame) -> DataFrame:
    """The events that can end a spell, and the start of each item's surveillance."""
    no = F.lit(False)
    reason = (
        F.when(~F.col("is_renewal"), None)
        .when(F.col("is_corrective") | (F.col("preventive_basis") == "condition"), "condition")
        .when(F.col("preventive_basis") == "calendar", "calendar")
        .otherwise("unknown_preventive")
    )
    flags = ("is_failure", "is_renewal")
    starts = items.select(
        *ITEM,
        F.col("surveillance_from").alias("day"),
        F.lit(None).cast("date").alias("known_on"),
        F.lit("").alias("record_id"),
        *(no.alias(name) for name in flags),
        F.lit(None).cast("string").alias("reason"),
        F.lit(True).alias("is_start"),
        F.struct(*OF_ITEM).alias("item"),
    )
    ends = events.where("is_failure OR is_renewal OR is_corrective").select(
        *ITEM,
        F.col("occurred_on").alias("day"),
        "known_on",
        "record_id",
        *flags,
        reason.alias("reason"),
        no.alias("is_start"),
    )
    return starts.unionByName(ends, allowMissingColumns=True)


def _running_count(condition: str, order: WindowSpec) -> Column:
    return F.sum(F.col(condition).cast("int")).over(order.rowsBetween(Window.unboundedPreceding, 0))


def _first_of(column: str) -> Column:
    """The earliest of a group: of its failures, else of its renewals, else of all."""
    value = F.col(column)
    return F.coalesce(
        F.min(F.when(F.col("is_failure"), value)), F.min(F.when(F.col("is_renewal"), value)), F.min(value)
    )


def _preventive_reason() -> Column:
    """Why a group's renewals were made; a group without one is a repair."""
    found = [F.when(F.bool_or(F.col("reason") == reason), reason) for reason in PREVENTIVE]
    return F.coalesce(*found, F.lit("repair"))


def summary(lives: DataFrame) -> dict[str, int]:
    """How many items, failures and spells that were under way when surveillance of them began."""
    row = lives.agg(
        F.count_distinct(*ITEM).alias("items"),
        F.count_if("event").alias("failures"),
        F.count_if((F.col("spell") == 1) & (F.col("entered_d") > 0)).alias("left_truncated"),
    ).first()
    return {name: int(count) for name, count in row.asDict().items()}


def records_summary(records: DataFrame) -> dict[str, int]:
    """Records read, those that name no item, and failures 0 days after another of the item (`zero_gaps`)."""
    failures = Window.partitionBy(*ITEM, "is_failure").orderBy("occurred_on")
    previous = F.lag("occurred_on").over(failures)
    is_zero_gap = F.col("item_id").isNotNull() & F.col("is_failure") & (F.col("occurred_on") == previous)
    row = (
        records.select("item_id", is_zero_gap.alias("is_zero_gap"))
        .agg(
            F.count("*").alias("records"),
            F.count_if(F.col("item_id").isNull()).alias("records_without_item"),
            F.count_if("is_zero_gap").alias("zero_gaps"),
        )
        .first()
    )
    return {name: int(count) for name, count in row.asDict().items()}
