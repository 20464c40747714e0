"""What counts now of a record that was delivered again, corrected, refused, reused or withdrawn.

A source's record is known by its business key. Of its versions, one per delivery, the latest valid one counts:

- within a delivery the later file, then the later row, is the delivery's version;
- a version that names another asset or day than the first one (`Table.identity`) is another record under a used key:
  it never counts;
- a later version that was refused, or is such a reuse, hides nothing: the last valid one stands, flagged by
  `newest_refused_on`;
- a tombstone, a row that withdraws its key, is a version without a record: while it is the key's newest, the last
  record stands with `is_withdrawn`; any later version of the key brings it back;
- of a source that delivers everything, a key that is missing since the newest complete delivery is withdrawn too: the
  row stays, for it may come back. A delivery of which a file could not be read is not complete, nor, for a
  table of which it holds corrections alone, any other.

Nothing depends on the order in which deliveries arrived. What counted on a day is what counts of the deliveries up to it.
"""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.tables import Table

PLACE = ("_file", "_sheet", "_row")
"""Where a row stood within its delivery, in the order in which the later one wins."""


def versions(valid: DataFrame, withdrawn: DataFrame, table: Table) -> DataFrame:
    """One row per key and delivery, the last one there: a row of the table, or (`_is_tombstone`) its key alone.

    `valid` are rows of the table, `withdrawn` what `withdrawn_keys` finds.
    """
    rows = valid.withColumn("_is_tombstone", F.lit(False))
    rows = rows.unionByName(withdrawn.withColumn("_is_tombstone", F.lit(True)), allowMissingColumns=True)
    last = F.max_by(F.struct(*table.names, "_is_tombstone"), F.struct(*PLACE))
    return rows.groupBy("_source", *table.key, "_delivery_date").agg(last.alias("row")).select("row.*")


def counting(
    history: DataFrame, withdrawn: DataFrame, refused: DataFrame, table: Table, newest: date | None
) -> DataFrame:
    """The row of each key that counts, in the columns of `table.current()`.

    `history` holds valid rows of one source, `withdrawn` and `refused` the keys that its rows withdrew or that were
    refused (`withdrawn_keys`, `refused_keys`); `newest` is the date of the newest complete delivery of a source that
    delivers everything, else None.
    """
    is_tombstone, day = F.col("_is_tombstone"), F.col("_delivery_date")
    who = F.struct(F.lit(""), *table.identity)
    found = versions(history, withdrawn, table)
    firsts = found.where(~is_tombstone).groupBy(*table.key).agg(F.min_by(who, day).alias("first"))
    is_record = ~is_tombstone & who.eqNullSafe(F.col("first"))
    found = (
        found.join(firsts, list(table.key))
        .groupBy(*table.key)
        .agg(
            F.max_by(F.struct(*table.names), F.struct(is_record, day)).alias("row"),
            F.max(F.when(is_tombstone, day)).alias("withdrawn_on"),
            F.max(F.when(~is_tombstone & ~is_record, day)).alias("reused_on"),
        )
        .join(refused.groupBy(*table.key).agg(F.max(day).alias("refused_on")), list(table.key), "left")
        .select("row.*", "withdrawn_on", F.greatest("reused_on", "refused_on").alias("doubted_on"))
    )
    stands_on = F.greatest(day, "withdrawn_on")
    doubted_on = F.when(F.col("doubted_on") > stands_on, F.col("doubted_on"))
    is_gone = F.coalesce((F.col("withdrawn_on") > day) & doubted_on.isNull(), F.lit(False))
    return found.select(
        *table.names,
        doubted_on.alias("newest_refused_on"),
        (is_gone | _is_missing(F.greatest(stands_on, doubted_on), newest)).alias("is_withdrawn"),
    )


def _is_missing(named_on: Column, newest: date | None) -> Column:
    """Whether a key is missing from the newest delivery, of a source that delivers everything."""
    return F.lit(False) if newest is None else named_on < F.lit(newest)


def withdrawn_keys(withdrawals: DataFrame, table: Table) -> DataFrame:
    """The keys of a silver table that rows withdrew, with the delivery and place of each."""
    of_table = withdrawals.where(F.col("record_table") == table.name)
    return of_table.select("_source", "_delivery_date", *PLACE, F.col("record_key").alias(table.key[0]))


def refused_keys(quarantine: DataFrame, table: Table) -> DataFrame:
    """The keys of a silver table among refused rows, as far as they could be read, with `_delivery_date`."""
    each = quarantine.select("_delivery_date", F.explode("record_keys").alias("of"))
    return each.where(F.col("of.table") == table.name).select(F.col("of.key").alias(table.key[0]), "_delivery_date")


def tonight(valid: DataFrame, withdrawn: DataFrame, refused: DataFrame, table: Table) -> DataFrame:
    """What the newest delivery says of each key: its version, or (`_is_refused`) only that it was refused."""
    key, no = list(table.key), F.lit(False)
    named = valid.select(*key).unionByName(withdrawn.select(*key))
    only_refused = refused.select(*key).distinct().join(named, key, "left_anti").withColumn("_is_tombstone", no)
    said = versions(valid, withdrawn, table).withColumn("_is_refused", no)
    return said.unionByName(only_refused.withColumn("_is_refused", F.lit(True)), allowMissingColumns=True)


def union(frames: Sequence[DataFrame]) -> DataFrame:
    """All rows of frames with the same columns."""
    whole, *rest = frames
    for frame in rest:
        whole = whole.unionByName(frame)
    return whole
