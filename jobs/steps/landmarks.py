"""landmarks: items at the dates of a fixed grid, what was known of them then, and what came after.

Features at a date rest on records known by then and on nothing else (law 5): every feature is a running sum, minimum or
maximum of an item's records in the order in which they became known. A count over the last n days is a running sum too: a
record enters it on the day it became known and leaves it n days later. So one shuffle serves all dates of all items.
"""

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from jobs.lake import matches
from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.item_events import ATTRIBUTES, ITEM, current, item_events, items, known_on, life_rules, rules_frame
from jobs.tables.landmark import LANDMARK
from jobs.tables.life import LIFE

YEAR_D = 365
READINGS_D = 90
OF_ITEM = ("population", "equipment_tag", "commissioned_on", "surveillance_from", *ATTRIBUTES, "subunit")
"""What a point carries of its item."""


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Replace the scope's rows of `gold.landmark`."""
    lake = context.lake
    rules = [life_rules(name, lives, scope.extracted_on[name]) for name, lives in scope.lives.items()]
    table = rules_frame(context.spark, rules)
    events = item_events(current(lake, "maintenance", rules), current(lake, "failure", rules), table)
    known = items(current(lake, "equipment", rules), events, table)
    read = readings(current(lake, "measurement", rules), known)
    spells = lake.read(LIFE).where(matches(scope.where))
    facts = {"step": "landmarks", "as_of": scope.as_of, "life_version": lake.version(LIFE)}
    commit = lake.replace(LANDMARK, build_landmarks(spells, known, events, read), scope.where, facts)
    written = lake.read(LANDMARK, commit.version).where(matches(scope.where))
    entry.counts |= {"landmarks": commit.rows, "scored": written.where("is_scored").count()}
    entry.facts |= {"landmark_version": commit.version, "life_version": facts["life_version"]}


def build_landmarks(lives: DataFrame, items: DataFrame, events: DataFrame, readings: DataFrame) -> DataFrame:
    """The items at their dates, in `gold.landmark`'s columns."""
    known = points(lives, items).unionByName(changes(events, readings, items), allowMissingColumns=True)
    is_training = F.when(~F.col("is_scored"), 1)
    n = F.count(is_training).over(Window.partitionBy(*ITEM))
    weight = F.when(F.col("is_scored"), 1.0).otherwise(1.0 / n)
    return with_features(known).withColumn("weight", weight).select(*LANDMARK.names)


def points(lives: DataFrame, items: DataFrame) -> DataFrame:
    """The dates at which an item is looked at, with what came after: on the grid while it is at risk, and its extract date.

    What comes after is the next failure, preventive renewal or end of surveillance; a repair is passed over.
    """
    ends_time = (F.col("ended_by") != "repair") | F.lead("spell").over(_spells()).isNull()
    end = F.struct("ended_on", "event", "ended_by", F.when("event", F.col("recorded_on")).alias("recorded_on"))
    following = _spells().rowsBetween(0, Window.unboundedFollowing)
    spells = (
        lives.withColumn("end", F.when(ends_time, end))
        .select(*ITEM, "entered_on", "ended_on", F.first("end", ignorenulls=True).over(following).alias("end"))
        .join(items, [*ITEM], "inner")
    )
    on_grid = spells.withColumn("as_of", F.explode(_grid())).where("as_of < ended_on").select(
        *ITEM,
        *OF_ITEM,
        "as_of",
        F.datediff("end.ended_on", "as_of").cast("double").alias("time_d"),
        "end.event",
        F.col("end.recorded_on").alias("event_recorded_on"),
        "end.ended_by",
        F.lit(False).alias("is_scored"),
    )
    at_extract = items.where("is_in_service AND surveillance_from <= as_of").select(
        *ITEM,
        *OF_ITEM,
        "as_of",
        F.lit(0.0).alias("time_d"),
        F.lit(False).alias("event"),
        F.lit(None).cast("date").alias("event_recorded_on"),
        F.lit("end_of_surveillance").alias("ended_by"),
        F.lit(True).alias("is_scored"),
    )
    return on_grid.unionByName(at_extract)


def _spells() -> WindowSpec:
    return Window.partitionBy(*ITEM).orderBy("spell")


def _grid() -> Column:
    """The multiples of `landmark_every_d` days since 1970-01-01, from a spell's first day to about its last."""
    first, last = F.unix_date(F.greatest("entered_on", "landmarks_from")), F.unix_date("ended_on")
    low = F.ceil(first / F.col("landmark_every_d")).cast("int")
    high = F.greatest(low, F.floor(last / F.col("landmark_every_d")).cast("int"))
    return F.transform(F.sequence(low, high), lambda k: F.date_from_unix_date(k * F.col("landmark_every_d")))


def readings(measurement: DataFrame, items: DataFrame) -> DataFrame:
    """How many readings of an item's equipment became known on a day."""
    of_day = measurement.groupBy("_source", "equipment_tag", known_on().alias("known_on")).agg(F.count("*").alias("n"))
    return of_day.join(items.select(*ITEM, "equipment_tag"), ["_source", "equipment_tag"], "inner").select(
        *ITEM, "known_on", "n"
    )


def changes(events: DataFrame, readings: DataFrame, items: DataFrame) -> DataFrame:
    """What each record adds to what is known of its item, on the day from which it is known, and what it takes away later."""
    start = items.select(*ITEM, "surveillance_from", "same_failure_within_d")
    is_failure = F.col("is_failure") & (F.col("occurred_on") > F.col("surveillance_from"))
    in_order = Window.partitionBy(*ITEM).orderBy("known_on", "occurred_on", "record_id")
    failed_on = F.when(F.col("is_failure"), F.col("occurred_on"))
    last_failed_on = F.last(failed_on, ignorenulls=True).over(in_order.rowsBetween(Window.unboundedPreceding, -1))
    gap_d = F.abs(F.datediff("occurred_on", last_failed_on))
    known = (
        events.join(start, [*ITEM], "inner")
        .withColumn("is_failure", is_failure)
        .withColumn("is_new_failure", F.col("is_failure") & F.coalesce(gap_d > F.col("same_failure_within_d"), F.lit(True)))
        .withColumn("change", _comes_and_goes(YEAR_D))
    )
    occurred_on = F.col("occurred_on")
    happened = known.select(
        *ITEM,
        F.col("change.on").alias("known_on"),
        _if_coming(F.when(F.col("is_failure"), occurred_on)).alias("failed_on"),
        _if_coming(F.when(F.col("is_renewal"), occurred_on)).alias("renewed_on"),
        _if_coming(F.when(F.col("is_job"), occurred_on)).alias("worked_on"),
        _if_coming(F.when(F.col("is_new_failure"), 1)).alias("failures"),
        _if_coming(F.when(F.col("is_corrective"), 1)).alias("corrective"),
        F.when(F.col("is_new_failure"), F.col("change.sign")).alias("failures_365d"),
        F.when(F.col("is_preventive"), F.col("change.sign")).alias("preventive_365d"),
        (F.col("downtime_h").cast("decimal(18,4)") * F.col("change.sign")).alias("downtime_365d"),
    )
    read = readings.withColumn("change", _comes_and_goes(READINGS_D)).select(
        *ITEM, F.col("change.on").alias("known_on"), (F.col("n") * F.col("change.sign")).alias("readings_90d")
    )
    return happened.unionByName(read, allowMissingColumns=True)


def with_features(known: DataFrame) -> DataFrame:
    """The points with the features of `jobs.tables.features`, from `points` and `changes` together.

    The corrective jobs since the last renewal are those known in all, less those known on the day that renewal became known.
    """
    by_then = Window.partitionBy(*ITEM).orderBy("known_on")
    count = {name: F.coalesce(F.sum(name).over(by_then), F.lit(0)).cast("double") for name in SUMS}
    last = {name: F.max(name).over(by_then) for name in ("failed_on", "renewed_on", "worked_on")}
    summed = (
        known.withColumn("known_on", F.coalesce("known_on", "as_of"))
        .select(
            *(name for name in known.columns if name not in (*SUMS, *last, "known_on")),
            "known_on",
            F.col("renewed_on").isNotNull().alias("renews"),
            F.min("failed_on").over(by_then).alias("first_failed_on"),
            *(column.alias(name) for name, column in {**count, **last}.items()),
        )
        .withColumn("corrective_before", F.max(F.when(F.col("renews"), F.col("corrective"))).over(by_then))
    )
    features = _features()
    kept = [name for name in LANDMARK.names if name not in features and name != "weight"]
    return summed.where("as_of IS NOT NULL").select(*kept, *(column.alias(name) for name, column in features.items()))


SUMS = ("failures", "corrective", "failures_365d", "preventive_365d", "downtime_365d", "readings_90d")
"""What is summed over the records known by a date."""


def _features() -> dict[str, Column]:
    origin_on = F.greatest("renewed_on", "commissioned_on")
    failures = F.col("failures")
    return {
        "age_d": _days_since(F.coalesce(origin_on, "surveillance_from")),
        "is_origin_known": origin_on.isNotNull().cast("double"),
        "exposure_d": _days_since(F.col("surveillance_from")),
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


def _days_since(day: Column) -> Column:
    return F.datediff("as_of", day).cast("double")


def _comes_and_goes(after_d: int) -> Column:
    """The day on which a record becomes known (+1), and the day from which it is older than `after_d` days (-1)."""
    coming = F.struct(F.col("known_on").alias("on"), F.lit(1).alias("sign"))
    going = F.struct(F.date_add("known_on", after_d).alias("on"), F.lit(-1).alias("sign"))
    return F.explode(F.array(coming, going))


def _if_coming(column: Column) -> Column:
    return F.when(F.col("change.sign") == 1, column)
