"""Silver rows from the few values a test is about."""

from datetime import date, datetime
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.tables import Table

FILLER: dict[str, Any] = {
    "_delivery_date": date(2024, 6, 30),
    "_table": "rows",
    "_file": "rows.csv",
    "_row": 2,
    "_row_hash": "0",
    "_attempt": 1,
    "_landed_at_utc": datetime(2024, 7, 1),
    "is_recorded_on_assumed": False,
    "newest_refused_on": None,
    "is_withdrawn": False,
}


def filled(frame: DataFrame, table: Table) -> DataFrame:
    """The rows with filler in the columns of provenance, as the table declares them."""
    filler = {name: F.lit(value) for name, value in FILLER.items()}
    return frame.select(*(filler.get(f.name, F.col(f.name)).cast(f.spark_type).alias(f.name) for f in table.fields))
