"""measured: what the readings of an item's equipment say at its landmarks' dates, by quantity (vibration, wall thickness, …).

A day's readings count from the day on which they were known (law 5). Until the next are known, the statistics of their
measuring point are those of the latest days read, and stand at the dates of the grid in between. Where readings depend on
how the equipment is run, they are compared within one regime alone: the days on which each setting, itself a quantity that
is measured, lay in the same band. An array is put in order before it is summed, so that the same readings give the same
number to the last digit, however Spark deals them out.
"""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from jobs.steps.item_events import known_on, occurred_on
from jobs.tables.features import MEASURED, STATISTICS
from models.lives import LifeRules

RECENT = 30
"""Days read that statistics look back on: of a wall all that were ever taken, of a sensor read daily a month's. As many
of the first say what was normal when reading began."""

FEWEST = 3
"""Days read below which neither a slope nor a spread is stated."""

EQUIPMENT = ("_source", "equipment_tag")
POINT = (*EQUIPMENT, "quantity", "point")
NAMES = tuple(statistic.name for statistic in STATISTICS)


def settings_frame(spark: SparkSession, rules: Sequence[LifeRules]) -> DataFrame:
    """The quantities that are settings, with the width of their bands."""
    rows = [(r.source, quantity, width) for r in rules for quantity, width in r.regimes.items()]
    return F.broadcast(spark.createDataFrame(rows, "_source string, quantity string, width double"))


def measured_as_of(measurement: DataFrame, settings: DataFrame, items: DataFrame) -> DataFrame:
    """(_source, equipment_tag, as_of, regime, measured): one row per equipment unit with readings and date of its landmarks.

    The regime is the latest day's. The statistics of a quantity are the mean of its measuring points', and left out where
    its latest readings were taken in another regime.
    """
    days = _in_regimes(_days_read(measurement), settings).join(_watched(items), [*EQUIPMENT], "inner")
    by_point = _with_statistics(_in_force(days))
    dated = by_point.select(*POINT, "regime", "read_on", F.explode("dates").alias("as_of"), *NAMES)
    at_points = {name: F.collect_list(name).alias(name) for name in NAMES}
    last_read_on = F.max("read_on").alias("read_on")
    by_quantity = dated.groupBy(*EQUIPMENT, "as_of", "quantity", "regime").agg(last_read_on, *at_points.values())
    named = F.filter(_named({name: _mean(F.sort_array(name)) for name in NAMES}), lambda s: s.value.isNotNull())
    stated = by_quantity.select(*EQUIPMENT, "as_of", F.struct("read_on", "regime", named.alias("named")).alias("of"))
    by_date = stated.groupBy(*EQUIPMENT, "as_of").agg(
        F.collect_list("of").alias("all"), F.max("of").regime.alias("regime")
    )
    now = F.filter("all", lambda one: one.regime.eqNullSafe(F.col("regime")))
    found = F.sort_array(F.flatten(F.transform(now, lambda one: one.named)))
    return by_date.select(*EQUIPMENT, "as_of", "regime", found.alias("measured"))


def _days_read(measurement: DataFrame) -> DataFrame:
    """One row per measuring point, day read and day known: the mean of the day's readings."""
    is_number = ~F.isnan("value") & (F.abs("value") < F.lit(float("inf")))
    days = measurement.where(is_number).groupBy(*POINT, known_on().alias("known_on"), occurred_on().alias("read_on"))
    return days.agg(_mean(F.sort_array(F.collect_list("value"))).alias("value"))


def _in_regimes(days: DataFrame, settings: DataFrame) -> DataFrame:
    """With the `regime` of a day: the band of each setting read and known with it; null without any."""
    of_day = Window.partitionBy(*EQUIPMENT, "read_on", "known_on")
    band = F.concat_ws("=", "quantity", F.round(F.col("value") / F.col("width")).try_cast("bigint").cast("string"))
    bands = F.array_join(F.array_sort(F.collect_set(F.when(F.col("width").isNotNull(), band)).over(of_day)), " ")
    return days.join(settings, ["_source", "quantity"], "left").withColumn("regime", F.when(bands != "", bands))


def _watched(items: DataFrame) -> DataFrame:
    """When an equipment unit has landmarks: its grid, and the extract date."""
    return items.groupBy(*EQUIPMENT, "landmark_every_d", F.col("as_of").alias("extracted_on")).agg(
        F.greatest(F.min("surveillance_from"), F.min("landmarks_from")).alias("watched_from"),
        F.max("surveillance_to").alias("watched_to"),
    )


def _in_force(days: DataFrame) -> DataFrame:
    """The days read that are the latest known at a date of the grid or at the extract date, with those `dates`.

    `recent`: the latest days read until then in its regime, in the order of days. `first`: the values known first in it.
    """
    by_knowledge = Window.partitionBy(*POINT, "regime").orderBy("known_on", "read_on")
    until_next = Window.partitionBy(*POINT).orderBy("known_on", "read_on")
    until_now = by_knowledge.rowsBetween(Window.unboundedPreceding, 0)
    latest = F.collect_list(F.struct("read_on", "value")).over(by_knowledge.rowsBetween(1 - RECENT, 0))
    known = (
        days.withColumn("known_until", F.date_sub(F.lead("known_on").over(until_next), 1))
        .withColumn("is_first", F.row_number().over(by_knowledge) <= RECENT)
        .withColumn("first", F.collect_list(F.when(F.col("is_first"), F.col("value"))).over(until_now))
        .withColumn("recent", latest)
    )
    extracted_on = F.col("extracted_on")
    is_last = (F.col("known_on") <= extracted_on) & F.coalesce(F.col("known_until") >= extracted_on, F.lit(True))
    dates = F.array_union(_grid(), F.when(is_last, F.array(extracted_on)).otherwise(_no_dates()))
    return known.withColumn("dates", dates).where(F.size("dates") > 0).withColumn("recent", F.sort_array("recent"))


def _grid() -> Column:
    """The dates of the grid from the day a reading is known until the next is."""
    every = F.col("landmark_every_d")
    low = F.ceil(F.unix_date(F.greatest("known_on", "watched_from")) / every)
    high = F.floor(F.unix_date(F.least("known_until", "watched_to")) / every)
    dates = F.transform(F.sequence(low, high), lambda k: F.date_from_unix_date((k * every).cast("int")))
    return F.when(low <= high, dates).otherwise(_no_dates())


def _no_dates() -> Column:
    return F.array().cast("array<date>")


def _with_statistics(days: DataFrame) -> DataFrame:
    """With the statistics of `recent` and `first`, as `jobs.tables.features.STATISTICS` describes them."""
    value, day = F.transform("recent", lambda r: r.value), F.transform("recent", lambda r: F.unix_date(r.read_on))
    centred = (
        days.withColumn("mean", _mean(value))
        .withColumn("mid", _mean(day))
        .withColumn("off", F.transform("recent", lambda r: r.value - F.col("mean")))
        .withColumn("apart", F.transform("recent", lambda r: F.unix_date(r.read_on) - F.col("mid")))
    )
    n = F.size("recent")
    is_enough = n >= FEWEST
    product = F.zip_with("apart", "off", lambda x, v: x * v)
    apart = _sum(F.transform("apart", lambda x: x * x))
    return (
        centred.withColumn("level", F.element_at("recent", -1).value)
        .withColumn("slope", F.when(is_enough & (apart > 0), _sum(product) / apart))
        .withColumn("sd", F.when(is_enough, F.sqrt(_sum(F.transform("off", lambda v: v * v)) / (n - 1))))
        .withColumn("change", F.col("mean") - _mean(F.col("first")))
    )


def _named(statistics: Mapping[str, Column]) -> Column:
    """(name, value) of each statistic; the name is the feature's."""
    stated = (
        F.struct(F.concat(F.lit(MEASURED), "quantity", F.lit(f"_{name}")).alias("name"), value.alias("value"))
        for name, value in statistics.items()
    )
    return F.array(*stated)


def _mean(values: Column) -> Column:
    """The mean of an array; null of an empty one."""
    return F.when(F.size(values) > 0, _sum(values) / F.size(values))


def _sum(values: Column) -> Column:
    return F.aggregate(values, F.lit(0.0), lambda total, value: total + value)
