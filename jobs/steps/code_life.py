"""code_life: rates, remaining life and the next inspection of every point of wall thickness, by API 570.

A point's readings, limits and renewals are gathered into one row in Spark; `models.code_life` answers row by row in
Python workers, batch by batch. The rules travel to the workers by value, so that these need no checkout.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
from pyspark import cloudpickle
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructField, StructType

from jobs.ledger import Entry
from jobs.steps import Context, Scope
from jobs.steps.item_events import current, life_rules, occurred_on, rules_frame
from jobs.tables.code_life import CODE_LIFE
from models import code_life as rules
from models.code_life import Limits, Reading

WALL = "wall_thickness_mm"
VESSELS = ("HE", "VE")
"""Equipment classes whose walls are a pressure vessel's: API 510's rule for short lives."""

PASSED = ("population", "_source", "equipment_tag", "point", "as_of", "required_thickness_mm", "piping_class")
ANSWERED = (*PASSED, *(name for name in CODE_LIFE.names if name not in {*PASSED, "is_governing"}))
UNIT = ("_source", "equipment_tag")


def run(context: Context, scope: Scope, entry: Entry) -> None:
    """Replace the scope's rows of `gold.code_life`."""
    lake, spark = context.lake, context.spark
    told = [life_rules(name, lives, scope.extracted_on[name]) for name, lives in scope.lives.items()]
    errors = [(name, contract.thickness_error_mm) for name, contract in scope.contracts.items()]
    table = rules_frame(spark, told).join(spark.createDataFrame(errors, "_source string, error_mm double"), "_source")
    measurement, equipment, maintenance = (
        current(lake, of, scope) for of in ("measurement", "equipment", "maintenance")
    )
    found = points(measurement, equipment, maintenance, table)
    facts = {"step": "code_life", "as_of": scope.as_of}
    commit = lake.replace(CODE_LIFE, build_code_life(found), scope.where, facts)
    entry.counts |= {"points": commit.rows}
    entry.facts |= {"code_life_version": commit.version}


def points(measurement: DataFrame, equipment: DataFrame, maintenance: DataFrame, rules: DataFrame) -> DataFrame:
    """One row per measuring point of wall thickness: its readings, its limits and the days on which its wall was made new.

    A wall is made new by what renews an item that is the whole equipment; renewing a part leaves it as it was.
    """
    reading = F.struct(F.to_date("occurred_from").alias("on"), F.col("value").alias("thickness_mm"))
    walls = (
        measurement.where(F.col("quantity") == WALL)
        .groupBy(*UNIT, F.coalesce("point", F.lit("")).alias("point"))
        .agg(F.sort_array(F.collect_list(reading)).alias("walls"))
    )
    renewed = (
        maintenance.join(rules.where("NOT uses_subunit AND NOT uses_part"), "_source", "inner")
        .where(F.array_contains("renews", F.col("activity")) & (occurred_on() <= F.col("as_of")))
        .groupBy(*UNIT)
        .agg(F.sort_array(F.collect_set(occurred_on())).alias("replaced_on"))
    )
    register = equipment.select(
        *UNIT,
        "required_thickness_mm",
        "nominal_thickness_mm",
        "piping_class",
        "commissioned_on",
        F.coalesce(F.col("equipment_class").isin(*VESSELS), F.lit(False)).alias("is_vessel"),
    )
    of_source = rules.select("_source", "population", "as_of", "error_mm")
    known = walls.join(of_source, "_source", "inner").join(register, [*UNIT], "left")
    return known.join(renewed, [*UNIT], "left")


def build_code_life(points: DataFrame) -> DataFrame:
    """The points with the code's answer, in `gold.code_life`'s columns."""
    for module in (sys.modules[__name__], rules):
        cloudpickle.register_pickle_by_value(module)
    schema = StructType([StructField(name, CODE_LIFE.field(name).spark_type) for name in ANSWERED])
    first = Window.partitionBy(*UNIT).orderBy(
        F.col("next_inspection_on").asc_nulls_last(), F.col("required_reached_on").asc_nulls_last(), "point"
    )
    answered = points.mapInArrow(_answered(to_arrow_schema(schema)), schema)
    return answered.withColumn("is_governing", F.row_number().over(first) == 1).select(*CODE_LIFE.names)


def of_equipment(code_life: DataFrame) -> DataFrame:
    """The earliest dates that the points of an equipment unit set, and the guards of the one that governs."""
    return code_life.groupBy(*UNIT).agg(
        F.min("next_inspection_on").alias("code_inspection_on"),
        F.min("required_reached_on").alias("code_required_on"),
        F.max(F.when(F.col("is_governing"), F.col("guards"))).alias("code_guards"),
    )


def answer(point: Mapping[str, Any]) -> dict[str, Any]:
    """What the code says of one point, a row of `points`, in `gold.code_life`'s columns.

    With a nominal thickness in the register the wall was as thick on the day it was commissioned, if that was before any
    reading, and on each on which it was made new. A wall made new after the last reading, of unknown thickness, has no
    life yet.
    """
    made_new = point["replaced_on"] or []
    readings = [Reading(wall["on"], wall["thickness_mm"]) for wall in point["walls"]]
    known = {name: point[name] for name in PASSED} | {"readings": len(readings), "guards": [], "bound_by": None}
    if (nominal := point["nominal_thickness_mm"]) is not None:
        first, commissioned = min(reading.on for reading in readings), point["commissioned_on"]
        new_on = {*made_new, *([commissioned] if commissioned and commissioned < first else [])}
        readings += [Reading(day, nominal, is_nominal=True) for day in new_on]
    elif made_new and max(made_new) > max(reading.on for reading in readings):
        return known | {"guards": [str(rules.Guard.REPLACED)]}
    limits = Limits(
        required_mm=point["required_thickness_mm"],
        piping_class=point["piping_class"],
        error_mm=point["error_mm"],
        replaced_on=tuple(made_new),
        is_vessel=bool(point["is_vessel"]),
    )
    life = rules.code_life(readings, limits)
    assert life, "a point has a reading of its present wall"
    return known | {
        "last_read_on": life.last.on,
        "last_thickness_mm": life.last.thickness_mm,
        "long_term_rate_mm_y": life.long_term_rate,
        "short_term_rate_mm_y": life.short_term_rate,
        "corrosion_rate_mm_y": life.rate,
        "remaining_life_y": life.remaining_life_y,
        "required_reached_on": life.required_reached_on,
        "next_inspection_on": life.next_inspection_on,
        "bound_by": life.bound_by or None,
        "guards": [str(guard) for guard in life.guards],
    }


def _answered(schema: pa.Schema) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What a worker does with the points that come to it, batch by batch."""

    def answered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield pa.RecordBatch.from_pylist([answer(point) for point in batch.to_pylist()], schema)

    return answered
