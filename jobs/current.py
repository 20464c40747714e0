"""What counts now of a record that was delivered again, corrected, refused, reused or withdrawn.

A source's record is known by its business key. Of its versions, one per delivery, the latest valid one counts:

- within a delivery the later file, then the later row, is the delivery's version;
- a version that names another asset or day than the first one (`Table.identity`) is another record under a used key:
  it never counts;
- a later version that was refused, or is such a reuse, hides nothing: the last valid one stands, flagged by
  `newest_refused_on`;
- of a source that delivers everything, a key that is missing since the newest complete delivery is withdrawn: the row
  stays, with `is_withdrawn`, for it may come back. A delivery of which a file could not be read is not complete, nor is
  one of corrections alone.

Nothing depends on the order in which deliveries arrived.
"""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.tables import Table


def version(rows: DataFrame, table: Table) -> DataFrame:
    """One row per key and delivery: the later file's, then the later row's."""
    last = F.max_by(F.struct(*table.names), F.struct("_file", "_row"))
    return rows.groupBy("_source", *table.key, "_delivery_date").agg(last.alias("row")).select("row.*")


def counting(history: DataFrame, refused: DataFrame, table: Table, newest: date | None) -> DataFrame:
    """The row of each key that counts, in the columns of `table.current()`.

    `history` holds valid rows of one source; `refused` has the key's columns and `_delivery_date` of refused ones;
    `newest` is the date of the newest complete delivery of a source that delivers everything, else None.
    """
    versions = version(history, table)
    who = F.struct(F.lit(""), *table.identity)
    firsts = versions.groupBy(*table.key).agg(F.min_by(who, "_delivery_date").alias("first"))
    is_same = who.eqNullSafe(F.col("first"))
    placed = F.struct(is_same, "_delivery_date")
    found = (
        versions.join(firsts, list(table.key))
        .groupBy(*table.key)
        .agg(
            F.max_by(F.struct(*table.names), placed).alias("row"),
            F.max(F.when(~is_same, F.col("_delivery_date"))).alias("reused_on"),
        )
        .join(refused.groupBy(*table.key).agg(F.max("_delivery_date").alias("refused_on")), list(table.key), "left")
        .select("row.*", F.greatest("reused_on", "refused_on").alias("doubted_on"))
    )
    doubted_on = F.when(F.col("doubted_on") > F.col("_delivery_date"), F.col("doubted_on"))
    return found.select(
        *table.names, doubted_on.alias("newest_refused_on"), _is_withdrawn(doubted_on, newest).alias("is_withdrawn")
    )


def _is_withdrawn(doubted_on: Column, newest: date | None) -> Column:
    """Whether a key is missing from the newest delivery, of a source that delivers everything."""
    if newest is None:
        return F.lit(False)
    return F.greatest(F.col("_delivery_date"), doubted_on) < F.lit(newest)


def refused_keys(quarantine: DataFrame, table: Table) -> DataFrame:
    """The keys of a silver table among refused rows, as far as they could be read, with `_delivery_date`."""
    each = quarantine.select("_delivery_date", F.explode("record_keys").alias("of"))
    return each.where(F.col("of.table") == table.name).select(F.col("of.key").alias(table.key[0]), "_delivery_date")


def tonight(valid: DataFrame, refused: DataFrame, table: Table) -> DataFrame:
    """What the newest delivery says of each key: its version, or (`_is_refused`) that it was refused."""
    said = version(valid, table).withColumn("_is_refused", F.lit(False))
    only_refused = refused.select(*table.key).distinct().join(valid.select(*table.key), list(table.key), "left_anti")
    return said.unionByName(only_refused.withColumn("_is_refused", F.lit(True)), allowMissingColumns=True)


def union(frames: Sequence[DataFrame]) -> DataFrame:
    """All rows of frames with the same columns."""
    whole, *rest = frames
    for frame in rest:
        whole = whole.unionByName(frame)
    return whole
