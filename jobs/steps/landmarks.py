"""landmarks: items at the dates of a fixed grid, what was known of them then, and what came after.

Features at a date rest on records known by then and on nothing else (law 5): every feature is a running sum, minimum or
maximum of an item's records in the order in which they became known. A count over the last n days is a running sum too:
a record enters it on the day it becomes known and leaves it n days later. So an item, its spells, its records and its
readings are laid in one table, shuffled once, and serve all its dates.
"""

from functools import partial, reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.lake import matches
from jobs.ledger import Entry
from jobs.steps import Context, Scope, event_features
from jobs.steps.item_events import (
    ATTRIBUTES,
    ITEM,
    current,
    grid_days,
    is_another_failure,
    is_under_surveillance,
    item_events,
    items,
    known_on,
    life_rules,
    rules_frame,
)
from jobs.steps.measured import measured_as_of, settings_frame
from jobs.steps.peers import with_peers
from jobs.tables.landmark import LANDMARK
from jobs.tables.life import LIFE
from models.lives import FORESTALLED

YEAR_D = 365
READINGS_D = 90

OF_ITEM = (
    "population", "equipment_tag", "commissioned_on", "surveillance_from", "is_in_service", "as_of",
    "same_failure_within_d", "landmark_every_d", "landmarks_from", "imminent_within_d", *ATTRIBUTES, "subunit",
)  # fmt: skip
"""What an item's rows need to know of it."""

OF_LIFE = ("spell", "entered_on", "ended_on", "event", "ended_by", "recorded_on")

OF_RECORD = (
    "record_id", "occurred_on", "known_on", "is_failure", "is_renewal", "is_corrective", "is_preventive", "is_job",
    "downtime_h", *event_features.OF_RECORD,
)  # fmt: skip

SUMS = ("failures", "corrective", "failures_365d", "preventive_365d", "downtime_365d", "readings_90d")
"""What is summed over the changes by a date."""

LATEST = ("failed_on", "renewed_on", "worked_on")
"""Days of which the latest counts."""


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Replace the scope's rows of `gold.landmark`."""
    lake = context.lake
    rules = [life_rules(name, lives, scope.extracted_on[name]) for name, lives in scope.lives.items()]
    table = rules_frame(context.spark, rules)
    events = item_events(current(lake, "maintenance", scope), current(lake, "failure", scope), table)
    known = items(current(lake, "equipment", scope), events, table)
    life_version = lake.version(LIFE)
    lives = lake.read(LIFE, life_version).where(matches(scope.where))
    measurement = current(lake, "measurement", scope)
    stated = measured_as_of(measurement, settings_frame(context.spark, rules), known)
    built = build_landmarks(lives, known, events, readings(measurement, known), stated)
    facts = {"step": "landmarks", "as_of": scope.as_of, "life_version": life_version}
    lake.widened(LANDMARK)
    commit = lake.replace(LANDMARK, built, scope.where, facts)
    written = lake.read(LANDMARK, commit.version).where(matches(scope.where))
    entry.counts |= {"landmarks": commit.rows, "scored": written.where("is_scored").count()}
    entry.facts |= {"landmark_version": commit.version, "life_version": life_version}


def build_landmarks(
    lives: DataFrame, items: DataFrame, events: DataFrame, readings: DataFrame, measured: DataFrame
) -> DataFrame:
    """The items at their dates, in `gold.landmark`'s columns.

    The dates are the grid's while the item is under surveillance and, where it is in service, its extract date
    (`is_scored`).
    """
    n = F.count(F.when(~F.col("is_scored"), 1)).over(Window.partitionBy(*ITEM))
    weight = F.when(F.col("is_scored"), 1.0).otherwise(1.0 / n)
    found = own_features(lives, items, events, readings).withColumn("weight", weight)
    dated = with_peers(found, items, events).join(measured, ["_source", "equipment_tag", "as_of"], "left")
    return dated.select(*LANDMARK.names)


def own_features(lives: DataFrame, items: DataFrame, events: DataFrame, readings: DataFrame) -> DataFrame:
    """The items at their dates, with what was known of each itself."""
    return _with_features(_changes(_joined(lives, items, events, readings)))


def readings(measurement: DataFrame, items: DataFrame) -> DataFrame:
    """How many readings of an item's equipment became known on a day."""
    of_day = measurement.groupBy("_source", "equipment_tag", known_on().alias("known_on")).agg(F.count("*").alias("n"))
    named = items.select(*ITEM, "equipment_tag")
    return of_day.join(named, ["_source", "equipment_tag"], "inner").select(*ITEM, "known_on", "n")


def _joined(lives: DataFrame, items: DataFrame, events: DataFrame, readings: DataFrame) -> DataFrame:
    """One row per item, spell, record and day of readings; every row holds its `item`, and one of the others."""
    parts = (
        items.select(*ITEM, F.struct(*OF_ITEM).alias("item")),
        lives.select(*ITEM, F.struct(*OF_LIFE).alias("life")),
        events.select(*ITEM, F.struct(*OF_RECORD).alias("record")),
        readings.select(*ITEM, F.struct("known_on", "n").alias("reading")),
    )
    rows = reduce(partial(DataFrame.unionByName, allowMissingColumns=True), parts)
    is_item = F.col("item").isNotNull().alias("is_item")
    item = F.max("item").over(Window.partitionBy(*ITEM)).alias("item")
    return rows.select(*ITEM, is_item, item, "life", "record", "reading")


def _changes(rows: DataFrame) -> DataFrame:
    """What changes in what is known of an item, by day: a record comes (sign 1) or goes (-1), or a point (0) looks."""
    has_begun = F.col("item.surveillance_from") <= F.col("item.as_of")
    is_scored = F.col("is_item") & F.col("item.is_in_service") & has_begun
    day = F.explode(
        F.when(F.col("life").isNotNull(), _grid())
        .when(F.col("record").isNotNull(), _comes_and_goes(F.col("record.known_on"), YEAR_D))
        .when(F.col("reading").isNotNull(), _comes_and_goes(F.col("reading.known_on"), READINGS_D))
        .when(is_scored, F.array(_day(F.col("item.as_of"), 0)))
    )
    is_failure = F.col("record.is_failure") & is_under_surveillance()
    by_day = (
        rows.withColumn("end", _next_end())
        .withColumn("is_failure", F.coalesce(is_failure, F.lit(False)))
        .withColumn("is_new_failure", is_another_failure())
        .withColumn("day", day)
    )
    is_coming, is_point = F.col("day.sign") == 1, F.col("day.sign") == 0
    sign, occurred_on = F.col("day.sign"), F.col("record.occurred_on")
    return by_day.select(
        *ITEM,
        F.when(is_point, F.col("item")).alias("item"),
        F.when(is_point, F.col("end")).alias("end"),
        F.col("day.on").alias("on"),
        (is_point & F.col("is_item")).alias("is_scored"),
        F.when(is_coming & F.col("is_failure"), occurred_on).alias("failed_on"),
        F.when(is_coming & F.col("record.is_renewal"), occurred_on).alias("renewed_on"),
        F.when(is_coming & F.col("record.is_job"), occurred_on).alias("worked_on"),
        F.when(is_coming & F.col("is_new_failure"), 1).alias("failures"),
        F.when(is_coming & F.col("record.is_corrective"), 1).alias("corrective"),
        F.when(F.col("is_new_failure"), sign).alias("failures_365d"),
        F.when(F.col("record.is_preventive"), sign).alias("preventive_365d"),
        (F.col("record.downtime_h").cast("decimal(18,4)") * sign).alias("downtime_365d"),
        (F.col("reading.n") * sign).alias("readings_90d"),
        *_named(event_features.changes(F.when(is_coming & is_under_surveillance(), occurred_on), sign)),
    )


def _next_end() -> Column:
    """What ends an item's time as seen from a spell: the next failure, preventive renewal or end of surveillance.

    A repair is passed over.
    """
    by_spell = Window.partitionBy(*ITEM).orderBy("life.spell")
    ends_time = (F.col("life.ended_by") != "repair") | F.lead("life").over(by_spell).isNull()
    end = F.when(F.col("life").isNotNull() & ends_time, F.col("life"))
    return F.first(end, ignorenulls=True).over(by_spell.rowsBetween(0, Window.unboundedFollowing))


def _grid() -> Column:
    """A spell's days on the grid, its last excluded."""
    first = F.greatest("life.entered_on", "item.landmarks_from")
    return F.transform(
        grid_days(first, F.col("life.ended_on"), F.col("item.landmark_every_d")), lambda day: _day(day, 0)
    )


def _comes_and_goes(known_on: Column, after_d: int) -> Column:
    """The day on which a record becomes known, and the day on which it is `after_d` days old."""
    return F.array(_day(known_on, 1), _day(F.date_add(known_on, after_d), -1))


def _day(on: Column, sign: int) -> Column:
    return F.struct(on.alias("on"), F.lit(sign).alias("sign"))


def _with_features(changes: DataFrame) -> DataFrame:
    """The points, with what had become known by each: the features of `jobs.tables.features`."""
    by_then = Window.partitionBy(*ITEM).orderBy("on")
    renewal_known = F.col("renews").isNotNull()
    summed = changes.select(
        *ITEM,
        "item",
        "end",
        "on",
        "is_scored",
        F.col("renewed_on").alias("renews"),
        F.min("failed_on").over(by_then).alias("first_failed_on"),
        *(F.max(name).over(by_then).alias(name) for name in LATEST),
        *(F.coalesce(F.sum(name).over(by_then), F.lit(0)).cast("double").alias(name) for name in SUMS),
        *_named(event_features.known_by(by_then)),
    ).withColumn("corrective_before", F.max(F.when(renewal_known, F.col("corrective"))).over(by_then))
    end = F.when(~F.col("is_scored"), F.col("end"))
    time_d = F.coalesce(F.datediff(end.ended_on, "on"), F.lit(0)).cast("double")
    return summed.where("item IS NOT NULL").select(
        *ITEM,
        "item.population",
        "item.equipment_tag",
        F.col("on").alias("as_of"),
        time_d.alias("time_d"),
        F.when(end.event, time_d)
        .when(end.ended_by.isin(*FORESTALLED), time_d + F.col("item.imminent_within_d"))
        .alias("upper_d"),
        F.coalesce(end.event | (end.ended_by == "condition"), F.lit(False)).alias("event"),
        end.recorded_on.alias("event_recorded_on"),
        F.coalesce(end.ended_by, F.lit("end_of_surveillance")).alias("ended_by"),
        "is_scored",
        *_named(_features() | event_features.features()),
        *(f"item.{name}" for name in (*ATTRIBUTES, "subunit")),
    )


def _features() -> dict[str, Column]:
    """Corrective jobs since the last renewal are all that are known, less those known when it became known."""
    origin_on = F.greatest("renewed_on", "item.commissioned_on")
    start, failures = F.col("item.surveillance_from"), F.col("failures")
    return {
        "age_d": _days_since(F.coalesce(origin_on, start)),
        "is_origin_known": origin_on.isNotNull().cast("double"),
        "exposure_d": _days_since(start),
        "failures_count": failures,
        "failures_365d_count": F.col("failures_365d"),
        "days_since_failure_d": _days_since(F.col("failed_on")),
        "mean_gap_d": F.when(failures >= 2, F.datediff("failed_on", "first_failed_on") / (failures - 1)),
        "repairs_count": F.col("corrective") - F.coalesce("corrective_before", F.lit(0.0)),
        "preventive_365d_count": F.col("preventive_365d"),
        "days_since_maintenance_d": _days_since(F.col("worked_on")),
        "downtime_365d_h": F.col("downtime_365d"),
        "readings_90d_count": F.col("readings_90d"),
    }


def _named(columns: dict[str, Column]) -> list[Column]:
    return [column.alias(name) for name, column in columns.items()]


def _days_since(day: Column) -> Column:
    return F.datediff("on", day).cast("double")
