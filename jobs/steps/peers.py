"""Peers: what had become known, by a date, of the other items of a source that have one class and service.

A group's failures and days under surveillance are running sums by day, small enough to be broadcast to the landmarks; an
item's own are then taken off. Peers are of the item's own source: a firm sees itself (law 9).
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.steps.item_events import ITEM, grid_days, is_another_failure, is_under_surveillance

GROUP = ("_source", "equipment_class", "service")
"""What peers have in common."""

YEAR_D = 365.25
FEWEST_D = 10 * YEAR_D
"""Days of exposure under which a rate says nothing."""


def with_peers(landmarks: DataFrame, items: DataFrame, events: DataFrame) -> DataFrame:
    """The landmarks with what was known of their peers: failures per year, and the days these rest on."""
    sums = F.broadcast(group_sums(items, events).select(F.struct(*GROUP, "as_of").alias("of"), "failed", "watched_d"))
    is_same = [F.col(f"of.{name}").eqNullSafe(F.col(name)) for name in (*GROUP, "as_of")]
    others_d = F.coalesce(F.col("watched_d") - F.col("exposure_d"), F.lit(0.0))
    others_failed = F.col("failed") - F.col("failures_count")
    rate = F.when(others_d >= FEWEST_D, others_failed * YEAR_D / others_d)
    found = landmarks.join(sums, is_same, "left")
    return found.withColumns({"peers_failures_per_y": rate, "peers_exposure_d": others_d})


def group_sums(items: DataFrame, events: DataFrame) -> DataFrame:
    """Per group and date of its source's grid (and extract date): failures known by then, days under surveillance."""
    by_day = (
        _changes(items, events)
        .groupBy(*GROUP, "on")
        .agg(
            *(F.sum(name).alias(name) for name in ("failed", "watched", "watched_from")),
            *(F.max(name).alias(name) for name in ("as_of", "landmark_every_d")),
        )
    )
    of_group = Window.partitionBy(*GROUP)
    by_then = of_group.orderBy("on")
    as_of = F.max("as_of").over(of_group)
    spans = by_day.select(
        *GROUP,
        "on",
        F.coalesce(F.lead("on").over(by_then), F.date_add(as_of, 1)).alias("until"),
        as_of.alias("as_of"),
        F.max("landmark_every_d").over(of_group).alias("every"),
        *(F.sum(name).over(by_then).alias(name) for name in ("failed", "watched", "watched_from")),
    )
    is_extract = (F.col("on") <= F.col("as_of")) & (F.col("as_of") < F.col("until"))
    dates = F.array_union(
        grid_days(F.col("on"), F.col("until"), F.col("every")), F.filter(F.array("as_of"), lambda _: is_extract)
    )
    at = spans.withColumn("as_of", F.explode(dates))
    watched_d = F.col("watched") * F.unix_date("as_of") - F.col("watched_from")
    return at.select(*GROUP, "as_of", "failed", watched_d.cast("double").alias("watched_d"))


def _changes(items: DataFrame, events: DataFrame) -> DataFrame:
    """What changes in a group by day: an item comes under surveillance or leaves it, or a failure becomes known."""
    item = F.struct(
        *("surveillance_from", "surveillance_to", "same_failure_within_d", "as_of", "landmark_every_d"), *GROUP[1:]
    )
    record = F.struct("record_id", "occurred_on", "known_on").alias("record")
    failures = events.where("is_failure").select(*ITEM, "is_failure", record)
    is_failure = F.coalesce(F.col("is_failure") & is_under_surveillance(), F.lit(False))
    start, end = F.col("item.surveillance_from"), F.col("item.surveillance_to")
    day = F.explode(
        F.when(F.col("is_item"), F.array(_day(start, watched=1), _day(F.greatest(start, end), watched=-1))).when(
            F.col("is_another"), F.array(_day(F.col("record.known_on"), failed=1))
        )
    )
    return (
        items.select(*ITEM, item.alias("item"), F.lit(True).alias("is_item"))
        .unionByName(failures, allowMissingColumns=True)
        .withColumn("item", F.max("item").over(Window.partitionBy(*ITEM)))
        .withColumn("is_failure", is_failure)
        .withColumn("is_another", is_another_failure())
        .select("_source", *(f"item.{name}" for name in (*GROUP[1:], "as_of", "landmark_every_d")), day.alias("day"))
        .select("*", "day.*")
    )


def _day(on: Column, watched: int = 0, failed: int = 0) -> Column:
    watched_from = F.unix_date(on) * watched
    return F.struct(
        on.alias("on"),
        F.lit(failed).alias("failed"),
        F.lit(watched).alias("watched"),
        watched_from.alias("watched_from"),
    )
