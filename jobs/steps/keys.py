"""Keys of a delivery that a person should look at: those of two records, withdrawn though there is none, or missing.

Such rows are kept and counted. Which version of a key counts depends on all deliveries of its source (`jobs.current`),
so that it is no reason to refuse a row of one; those who deliver it are told nonetheless.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.contracts import Contract
from jobs.current import PLACE, refused_keys, union, withdrawn_keys
from jobs.lake import Partition
from jobs.refusals import Refused
from jobs.steps import Context, complete_on
from jobs.steps.staging import (
    fed_by,
    feeds,
    quarantined_rows,
    silver_rows,
    withdrawal_rows,
    withdrawing,
    withdrawn,
    withdraws,
)
from jobs.tables import CURRENT, SILVER, Table

SHOWN = 10
"""Keys that are named of each kind."""


@dataclass(frozen=True)
class Doubtful:
    """Rows of a delivery with doubtful keys: how many of which kind and column, and some of the keys.

    The kind is `reused_key` (another record had the key first), `shared_key` (another record of the same delivery has it)
    or `unknown_key` (withdrawn, and never delivered).
    """

    kind: str
    column: str
    rows: int
    keys: list[str]

    @property
    def sentence(self) -> str:
        """What was found, for the people of the platform."""
        named = ", ".join(self.keys)
        if self.kind == "unknown_key":
            return f"{self.column}: {self.rows:,} rows withdraw a record that was never delivered, such as {named}"
        if self.kind == "shared_key":
            return (
                f"{self.column}: {self.rows:,} rows share their key with a record of other equipment or another day in the "
                f"same delivery, such as {named}; only the last row of each key counts. Give the others keys of their own"
            )
        return (
            f"{self.column}: {self.rows:,} rows stand under a key that a record of other equipment or another day had "
            f"first, such as {named}; they do not count. Give them keys of their own; where they correct that record, "
            "withdraw the old key as well"
        )


def doubtful_keys(
    context: Context,
    contract: Contract,
    partition: Partition,
    staged: Mapping[str, DataFrame],
    repeating: Collection[str],
) -> list[Doubtful]:
    """The doubtful keys among the staged rows, by source table, beside what counts of the source's other deliveries.

    `repeating` are the silver tables in which a key stands more than once.
    """
    found = [
        one for name, frame in staged.items() for one in _found(context, contract, partition, name, frame, repeating)
    ]
    if not found:
        return []
    keys = F.slice(F.sort_array(F.collect_set("key")), 1, SHOWN).alias("keys")
    rows = union(found).groupBy("kind", "column").agg(F.count("*").alias("rows"), keys).collect()
    return [Doubtful(**row.asDict()) for row in sorted(rows)]


def _found(
    context: Context,
    contract: Contract,
    partition: Partition,
    name: str,
    frame: DataFrame,
    repeating: Collection[str],
) -> Iterator[DataFrame]:
    """`kind`, `column` and `key` of each doubtful row, for every table and kind that can have any."""
    today = str(partition.delivery_date)
    others = {day for source, day in context.ledger.published() if source == partition.source} - {today}
    for table in fed_by(contract, name):
        key, identity = SILVER[table].key[0], SILVER[table].identity
        held = context.lake.read(CURRENT[table]).where(F.col("_source") == partition.source)
        about = [F.lit(f"{table}.{key}").alias("column"), "key"]
        if identity:
            who = F.struct(*identity)
            own = frame.where(feeds(table)).select(f"{table}.*").select(F.col(key).alias("key"), who.alias("who"))
            if table in repeating:
                shared = own.groupBy("key").agg(F.count_distinct("who").alias("records")).where("records > 1")
                yield own.join(shared, "key").select(F.lit("shared_key").alias("kind"), *about)
            if any(day < today for day in others):
                # what counts has each key's first record; where later deliveries have come, theirs may be among them
                history = context.lake.read(SILVER[table]).where(F.col("_source") == partition.source)
                rows = history if any(day > today for day in others) else held
                earlier = rows.where(F.col("_delivery_date") < F.lit(partition.delivery_date))
                reused = own.join(first_records(earlier, SILVER[table]), "key").where(
                    ~F.col("who").eqNullSafe(F.col("first"))
                )
                yield reused.select(F.lit("reused_key").alias("kind"), *about)
        if table in withdrawing(contract, name):
            gone = frame.where(withdraws(table)).select(withdrawn(table).alias("key"))
            there = held.select(key).unionByName(frame.where(feeds(table)).select(f"{table}.{key}"))
            unknown = gone.join(there.select(F.col(key).alias("key")), "key", "left_anti")
            yield unknown.select(F.lit("unknown_key").alias("kind"), *about)


def most_missing(
    context: Context, contract: Contract, partition: Partition, staged: Mapping[str, DataFrame]
) -> Refused | None:
    """A refusal where the delivery would withdraw more than half of a table's records, for they are missing from it."""
    days = {date.fromisoformat(day) for source, day in context.ledger.published() if source == partition.source}
    for name, frame in staged.items():
        for table in fed_by(contract, name):
            if complete_on(context, contract, table, {*days, partition.delivery_date}) != partition.delivery_date:
                continue
            held = context.lake.read(CURRENT[table]).where(F.col("_source") == partition.source)
            held = held.where(~F.col("is_withdrawn") & (F.col("_delivery_date") < F.lit(partition.delivery_date)))
            key = list(SILVER[table].key)
            named = union([silver_rows(frame, table).select(*key), *_named_otherwise(contract, name, table, frame)])
            count, missing = held.count(), held.join(named, key, "left_anti").count()
            if missing * 2 > count:
                place = {"source": partition.source, "delivered": str(partition.delivery_date)}
                return Refused("would_withdraw", place, table=name, missing=missing, held=count)
    return None


def _named_otherwise(contract: Contract, name: str, table: str, frame: DataFrame) -> Iterator[DataFrame]:
    """The keys of a silver table that staged rows name without filling it: those refused, and those withdrawn."""
    key = list(SILVER[table].key)
    yield refused_keys(quarantined_rows(frame, fed_by(contract, name)), SILVER[table]).select(*key)
    if table in withdrawing(contract, name):
        yield withdrawn_keys(withdrawal_rows(frame, table), SILVER[table]).select(*key)


def first_records(rows: DataFrame, table: Table) -> DataFrame:
    """`key` and `first`, what identifies the record that had the key first: the last row of the key's first delivery."""
    earliest = F.struct(-F.unix_date("_delivery_date"), *PLACE)
    first = F.max_by(F.struct(*table.identity), earliest).alias("first")
    return rows.groupBy(F.col(table.key[0]).alias("key")).agg(first)
