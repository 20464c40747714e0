"""leaks: whether a population's features tell what was not known at their dates (`models.leaks`), before it is trained.

The features of a sample of its items at one date are built anew from what was on record by that date, once as it is and
once as if every record had become known `DELAY_D` days later. Both are one Spark job: each source stands in it twice, under
its own name and under one that ends in `LATER`.

On record is what the deliveries tell: a record that an earlier delivery could have carried, and did not, was known from its
first delivery on; the register is the one delivered last by the date, where there was one.
"""

from dataclasses import replace
from datetime import date

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.errors import DataError
from jobs.steps import Context, Scope
from jobs.steps.item_events import ITEM, current, item_events, items, known_on, life_rules, rules_frame
from jobs.steps.landmarks import own_features, readings
from jobs.steps.records import published
from jobs.tables import SILVER
from jobs.tables.features import FEATURES
from jobs.tables.life import LIFE
from models import leaks
from models.errors import LeakingFeature
from models.splits import labelled

LATER = "|later"

UNIT = ("_source", "equipment_tag")


def refuse(context: Context, scope: Scope, rows: pd.DataFrame, horizon_d: int) -> None:
    """Raise DataError where a feature of the population's landmarks leaks."""
    try:
        leaks.refuse(found(context, scope, rows, horizon_d))
    except LeakingFeature as error:
        raise DataError(f"{scope.population}: {error}", f"{scope.population}: {error.korean}") from error


def found(context: Context, scope: Scope, rows: pd.DataFrame, horizon_d: int) -> list[leaks.Leak]:
    """The features of the population's landmarks that leak, each once."""
    told = labelled(rows)
    sample = leaks.sample(told, horizon_d)
    if sample.empty:
        return []
    built = on_record(context, scope, sample)
    features = [feature.name for feature in FEATURES if feature.name in built.columns]
    rebuilt = built.select(*ITEM, *features).toPandas()
    is_later = rebuilt["_source"].str.endswith(LATER).astype(bool)
    later = rebuilt[is_later].assign(_source=lambda of: of["_source"].str.removesuffix(LATER))
    leaking = [
        *leaks.other_than_on_record(sample, rebuilt[~is_later], features),
        *leaks.gone_when_told_later(sample, later, features, horizon_d),
        *leaks.filled_in_after_failure(told, features),
    ]
    return list({leak.feature: leak for leak in reversed(leaking)}.values())


def on_record(context: Context, scope: Scope, sample: pd.DataFrame) -> DataFrame:
    """The features of the sample's items at its date, from what was on record by then, and (`LATER`) on later record.

    What is known of an item's peers is a sum of what is looked at in each item, and what was measured has days of its own:
    neither is built anew.
    """
    spark, as_of = context.spark, pd.Timestamp(sample["as_of"].iloc[0]).date()
    rules = [life_rules(name, lives, as_of) for name, lives in scope.lives.items()]
    table = rules_frame(spark, [*rules, *(replace(rule, source=rule.source + LATER) for rule in rules)])
    deliveries = {name: published(context, name) for name in scope.contracts}
    whole = {name: current(context.lake, name, scope) for name in ("maintenance", "failure", "measurement")}
    units = F.broadcast(spark.createDataFrame(sample[[*UNIT]].drop_duplicates()))
    of_sample = {name: frame.join(units, [*UNIT], "left_semi") for name, frame in whole.items()}
    told = {name: _dated(context, frame, name, units, deliveries) for name, frame in of_sample.items()}
    events, own_events = (
        item_events(_twice(of["maintenance"], as_of), _twice(of["failure"], as_of), table) for of in (whole, told)
    )
    known = items(_with_copy(_register(context, scope, as_of, deliveries)), events, table)
    keys = F.broadcast(_with_copy(spark.createDataFrame(sample[[*ITEM]])))
    own = known.join(keys, [*ITEM], "left_semi")
    read = readings(_twice(told["measurement"], as_of), own)
    no_lives = spark.createDataFrame([], LIFE.schema)
    return own_features(no_lives, own, own_events.join(keys, [*ITEM], "left_semi"), read)


def _twice(frame: DataFrame, as_of: date) -> DataFrame:
    """Records known by the date, as they are and, under the later name, as if recorded `DELAY_D` days later."""
    recorded_on = F.date_add(F.greatest("recorded_on", F.to_date("occurred_to")), leaks.DELAY_D)
    later = frame.withColumns({"_source": F.concat("_source", F.lit(LATER)), "recorded_on": recorded_on})
    return frame.unionByName(later).where(known_on() <= F.lit(as_of))


def _with_copy(frame: DataFrame) -> DataFrame:
    """The rows, and the same under the later name."""
    return frame.unionByName(frame.withColumn("_source", F.concat("_source", F.lit(LATER))))


def _dated(
    context: Context, frame: DataFrame, name: str, units: DataFrame, deliveries: dict[str, list[date]]
) -> DataFrame:
    """Records, dated by their first delivery where an earlier one could have carried them and did not."""
    several = [(source, days) for source, days in deliveries.items() if len(days) > 1]
    if not several:
        return frame
    table = SILVER[name]
    of_source = F.broadcast(context.spark.createDataFrame(several, "_source string, days array<date>"))
    history = context.lake.read(table).join(units, [*UNIT], "left_semi")
    first = history.groupBy("_source", *table.key).agg(F.min("_delivery_date").alias("first_on"))
    was_left_out = F.exists("days", lambda day: (day >= known_on()) & (day < F.col("first_on")))
    recorded_on = F.when(F.coalesce(was_left_out, F.lit(False)), F.col("first_on")).otherwise(F.col("recorded_on"))
    told = frame.join(first, ["_source", *table.key], "left").join(of_source, "_source", "left")
    return told.withColumn("recorded_on", recorded_on).select(*frame.columns)


def _register(context: Context, scope: Scope, as_of: date, deliveries: dict[str, list[date]]) -> DataFrame:
    """The register as it stood at the date: of each source the one delivered last by then, else the present one."""
    old = [name for name, days in deliveries.items() if days and days[0] <= as_of]
    now = current(context.lake, "equipment", scope)
    if not old:
        return now
    until = F.col("_source").isin(old) & (F.col("_delivery_date") <= F.lit(as_of))
    history = context.lake.read(SILVER["equipment"]).where(until)
    latest = F.max_by(F.struct(*SILVER["equipment"].names), "_delivery_date")
    then = history.groupBy(*UNIT).agg(latest.alias("row")).select("row.*")
    return then.unionByName(now.where(~F.col("_source").isin(old)).select(*then.columns))
