"""Rows of the lake's tables from the few values a test is about."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StructField, StructType

from jobs.lake import Partition
from jobs.tables import Field, Table

FILLER: dict[str, Any] = {
    "_delivery_date": date(2024, 6, 30),
    "_table": "rows",
    "_file": "rows.csv",
    "_row": 2,
    "_row_hash": "0",
    "_attempt": 1,
    "_landed_at_utc": datetime(2024, 7, 1),
    "equipment_tag": "P-101A",
    "occurred_from": datetime(2025, 3, 5),
    "occurred_to": datetime(2025, 3, 5),
    "recorded_on": date(2025, 3, 6),
    "is_recorded_on_assumed": False,
    "is_withdrawn": False,
}


def filled(frame: DataFrame, table: Table) -> DataFrame:
    """The rows as the table declares them: filler where the frame has no column or no value."""
    given = {name: F.col(name) for name in frame.columns}
    return frame.select(*(_or_filler(given.get(f.name, F.lit(None)), f).alias(f.name) for f in table.fields))


def rows_of(spark: SparkSession, table: Table, partition: Partition, columns: Mapping[str, Sequence[Any]]) -> DataFrame:
    """A partition's rows of a table from some of its columns; where these say no place, they follow each other in a file."""
    count = len(next(iter(columns.values())))
    columns = {"_row": range(2, 2 + count), **columns}
    schema = StructType([StructField(name, table.field(name).spark_type) for name in columns])
    frame = spark.createDataFrame(list(zip(*columns.values(), strict=True)), schema)
    of_partition = {**partition.where, "_attempt": partition.attempt}
    return filled(frame.withColumns({n: F.lit(value) for n, value in of_partition.items() if n not in columns}), table)


def _or_filler(given: Column, field: Field) -> Column:
    if isinstance(field.spark_type, ArrayType) and not field.nullable:
        return F.coalesce(given.cast(field.spark_type), F.array().cast(field.spark_type))
    return F.coalesce(given.cast(field.spark_type), F.lit(FILLER.get(field.name)).cast(field.spark_type))
