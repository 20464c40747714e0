"""Peers: what had become known, by a date, of the other items of a source that have one class and service.

A group's failures and days under surveillance are running sums by day, small enough to be broadcast to the landmarks; an
item's own are then taken off. Peers are of the item's own source: a firm sees itself (law 9).
"""

from pyspark.sql import Column, DataFrame, Window, WindowSpec
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
    changes = _failures(items, events).unionByName(_entries(items), allowMissingColumns=True)
    by_day = changes.groupBy(*GROUP, "on").agg(
        *(F.sum(name).alias(name) for name in ("failed", "watched", "watched_from")),
        *(F.max(name).alias(name) for name in ("as_of", "landmark_every_d")),
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
        *(_sum_by(name, by_then) for name in ("failed", "watched", "watched_from")),
    )
    is_extract = (F.col("on") <= F.col("as_of")) & (F.col("as_of") < F.col("until"))
    dates = F.array_union(
        grid_days(F.col("on"), F.col("until"), F.col("every")), F.filter(F.array("as_of"), lambda _: is_extract)
    )
    at = spans.withColumn("as_of", F.explode(dates))
    watched_d = F.col("watched") * F.unix_date("as_of") - F.col("watched_from")
    return at.select(*GROUP, "as_of", "failed", watched_d.cast("double").alias("watched_d"))


def _failures(items: DataFrame, events: DataFrame) -> DataFrame:
    """A row for each failure, doubled ones once, on the day it became known."""
    record = F.struct("record_id", "occurred_on", "known_on").alias("record")
    of_item = items.select(*ITEM, *GROUP[1:], F.struct("surveillance_from", "same_failure_within_d").alias("item"))
    failed = events.where("is_failure").select(*ITEM, F.lit(True).alias("is_failure"), record)
    return (
        failed.join(of_item, [*ITEM], "inner")
        .where(is_under_surveillance())
        .withColumn("is_another", is_another_failure())
        .where("is_another")
        .select(*GROUP, F.col("record.known_on").alias("on"), F.lit(1).alias("failed"))
    )


def _entries(items: DataFrame) -> DataFrame:
    """A row for each item that comes under surveillance (1) or leaves it (-1), and its day times that."""
    start = F.col("surveillance_from")
    day = F.explode(F.array(_entry(start, 1), _entry(F.greatest(start, "surveillance_to"), -1)))
    return items.select(*GROUP, "as_of", "landmark_every_d", day.alias("day")).select("*", "day.*").drop("day")


def _entry(on: Column, sign: int) -> Column:
    return F.struct(on.alias("on"), F.lit(sign).alias("watched"), (F.unix_date(on) * sign).alias("watched_from"))


def _sum_by(name: str, by_then: WindowSpec) -> Column:
    return F.coalesce(F.sum(name).over(by_then), F.lit(0)).alias(name)
