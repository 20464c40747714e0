"""Staged rows: what one attempt conformed, flagged and split, before anything of it is published.

One Parquet folder per source table, one row per bronze row that holds data: its provenance, its raw cells (refused
rows only), `_reasons`, `_warnings`, and a struct per silver table that it feeds (null where it feeds none). Where the
contract names words that withdraw a table's records, also `_withdrawn_<table>`: the key that the row withdraws.
"""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from expectations.trends import Profile
from jobs.contracts import Contract
from jobs.lake import Partition, format_hash, row_hash, sum_of_hashes
from jobs.settings import Settings
from jobs.steps import Context
from jobs.tables import PROVENANCE, QUARANTINE, SILVER, WITHDRAWAL
from jobs.tables.repairs import REPAIRS_FIELD

PROVENANCE_NAMES = tuple(f.name for f in PROVENANCE)


def staging(settings: Settings, partition: Partition) -> Path:
    """The folder of one attempt."""
    return settings.work_dir / "staging" / partition.source / str(partition.delivery_date) / str(partition.attempt)


def staged(context: Context, partition: Partition, source_table: str) -> DataFrame:
    """The staged rows of one source table."""
    return context.spark.read.parquet(str(staging(context.settings, partition) / source_table))


def clear(settings: Settings, partition: Partition) -> None:
    """Remove what every attempt of the partition has staged; it is published."""
    shutil.rmtree(staging(settings, partition).parent, ignore_errors=True)


def is_refused() -> Column:
    """Whether a staged row goes to quarantine."""
    return F.size("_reasons") > 0


def silver_fields(table: str) -> list[str]:
    """The canonical fields of a silver table: all but its provenance."""
    return [name for name in SILVER[table].names if name not in PROVENANCE_NAMES]


def silver_columns(table: str) -> dict[str, Column]:
    """A silver table's columns, picked from a staged row."""
    return {name: F.col(name) if name in PROVENANCE_NAMES else F.col(f"{table}.{name}") for name in SILVER[table].names}


def feeds(table: str) -> Column:
    """Whether a staged row is valid and feeds a silver table."""
    return ~is_refused() & F.col(table).isNotNull()


def silver_rows(frame: DataFrame, table: str) -> DataFrame:
    """The valid staged rows that feed a silver table, as that table's rows."""
    return frame.where(feeds(table)).select(*[cell.alias(name) for name, cell in silver_columns(table).items()])


def withdrawing(contract: Contract, source_table: str) -> list[str]:
    """The silver tables that a source table feeds, of which its rows may withdraw records."""
    return [table for table in fed_by(contract, source_table) if contract.withdrawals(table)]


def withdrawn(table: str) -> Column:
    """The key that a staged row withdraws from a silver table; null where it withdraws none."""
    return F.col(f"_withdrawn_{table}")


def withdraws(table: str) -> Column:
    """Whether a staged row is valid and withdraws a record of a silver table."""
    return ~is_refused() & withdrawn(table).isNotNull()


def withdrawal_columns(table: str) -> dict[str, Column]:
    """The columns of a withdrawal, picked from a staged row that withdraws a record of a silver table."""
    own = {"record_table": F.lit(table), "record_key": withdrawn(table)}
    return {name: own.get(name, F.col(name)) for name in WITHDRAWAL.names}


def withdrawal_rows(frame: DataFrame, table: str) -> DataFrame:
    """The valid staged rows that withdraw a record of a silver table, as withdrawals."""
    return frame.where(withdraws(table)).select(*[c.alias(name) for name, c in withdrawal_columns(table).items()])


def quarantine_columns(tables: Sequence[str]) -> dict[str, Column]:
    """The quarantine's columns, picked from a staged row that would feed the tables."""
    own = {"reasons": F.col("_reasons"), "record_keys": record_keys(tables)}
    return {name: own.get(name, F.col(name)) for name in QUARANTINE.names}


def record_keys(tables: Sequence[str]) -> Column:
    """The tables that a staged row feeds, or would have fed, with its key in each where it could be read."""
    found = [(table, F.col(f"{table}.{SILVER[table].key[0]}")) for table in tables]
    keys = [F.when(key.isNotNull(), F.struct(F.lit(t).alias("table"), key.alias("key"))) for t, key in found]
    return F.array_compact(F.array(*keys)).cast(QUARANTINE.field("record_keys").spark_type)


def quarantined_rows(frame: DataFrame, tables: Sequence[str]) -> DataFrame:
    """The refused staged rows, as the quarantine's rows."""
    return frame.where(is_refused()).select(*[cell.alias(name) for name, cell in quarantine_columns(tables).items()])


def fed_by(contract: Contract, source_table: str) -> list[str]:
    """The silver tables that a source table feeds, in the order of `SILVER`."""
    return [table for table in SILVER if table in contract.tables and contract.feeds(table) == source_table]


@dataclass(frozen=True)
class Tally:
    """What the staged rows of a source table come to.

    `silver`, `withdrawn` (records that rows withdrew), `hashes` and `records` go by table name; `hashes` holds sums of row
    hashes of what is to be written, with those of the data rows as received under "bronze"; `records` those of what the
    records say, wherever they stood. `repairs` are those of the valid rows.
    """

    valid: int
    quarantined: int
    silver: Mapping[str, int]
    withdrawn: Mapping[str, int]
    hashes: Mapping[str, tuple[int, int]]
    records: Mapping[str, tuple[int, int]]
    reasons: Mapping[str, int]
    warnings: Mapping[str, int]
    repairs: Mapping[str, int]
    profiles: Mapping[str, Profile]


def tally(frame: DataFrame, tables: Sequence[str], withdrawing: Sequence[str] = ()) -> Tally:
    """Count a source table's staged rows by fate and by table, with their content hashes, in one pass."""
    place = ("_table", "_file", "_sheet", "_row", "_row_hash")
    aggregates = [
        F.count("*").alias("rows"),
        F.count_if(is_refused()).alias("refused"),
        sum_of_hashes(row_hash({name: F.col(name) for name in place})).alias("bronze"),
        sum_of_hashes(F.when(is_refused(), row_hash(quarantine_columns(tables)))).alias("quarantine"),
        *[F.count_if(feeds(table)).alias(f"rows_{table}") for table in tables],
        *[sum_of_hashes(F.when(feeds(table), row_hash(silver_columns(table)))).alias(table) for table in tables],
        *[sum_of_hashes(F.when(feeds(table), _said(table))).alias(f"records_{table}") for table in tables],
        *[F.count_if(withdraws(table)).alias(f"withdrawn_{table}") for table in withdrawing],
        *[
            sum_of_hashes(F.when(withdraws(table), row_hash(withdrawal_columns(table)))).alias(f"withdrawal of {table}")
            for table in withdrawing
        ],
        *[count.alias(name) for table in tables for name, count in _profiled(table).items()],
    ]
    row = frame.agg(*aggregates).first()
    codes = _by_code(frame, tables)
    silver = {table: row[f"rows_{table}"] for table in tables}
    withdrawn = {table: row[f"withdrawn_{table}"] for table in withdrawing}
    return Tally(
        valid=row["rows"] - row["refused"],
        quarantined=row["refused"],
        silver=silver,
        withdrawn=withdrawn,
        hashes={
            "bronze": (row["rows"], int(row["bronze"])),
            "quarantine": (row["refused"], int(row["quarantine"])),
            **{table: (silver[table], int(row[table])) for table in tables},
            **{
                f"withdrawal of {table}": (count, int(row[f"withdrawal of {table}"]))
                for table, count in withdrawn.items()
            },
        },
        records={table: (silver[table], int(row[f"records_{table}"])) for table in tables},
        reasons=codes["reason"],
        warnings=codes["warning"],
        repairs=codes["repair"],
        profiles={table: _profile(table, silver[table], row) for table in tables},
    )


def _said(table: str) -> Column:
    """The hash of what a record says, whatever file it stood in and however it was written there."""
    return row_hash({name: F.col(f"{table}.{name}") for name in silver_fields(table) if name != REPAIRS_FIELD.name})


def _profiled(table: str) -> dict[str, Column]:
    """Aggregates over the rows that feed a table: nulls by column, rows by code."""
    found = {}
    for name in silver_fields(table):
        cell = F.col(f"{table}.{name}")
        found[f"nulls {table} {name}"] = F.count_if(feeds(table) & cell.isNull())
        for code in SILVER[table].field(name).codes:
            found[f"codes {table} {name} {code}"] = F.count_if(feeds(table) & (cell == code))
    return found


def _profile(table: str, rows: int, row: Row) -> Profile:
    fields = [SILVER[table].field(name) for name in silver_fields(table)]
    nulls = {field.name: row[f"nulls {table} {field.name}"] for field in fields}
    codes = {f.name: {code: row[f"codes {table} {f.name} {code}"] for code in f.codes} for f in fields if f.codes}
    return Profile(rows, nulls, codes)


def _by_code(frame: DataFrame, tables: Sequence[str]) -> dict[str, dict[str, int]]:
    """Reasons, warnings, and repairs of valid rows: each counted by its code and column, in one pass."""
    told = "transform({}, one -> named_struct('what', '{}', 'code', one.{}, 'column', one.column))"
    repaired = f"array_distinct(flatten(array_compact(array({', '.join(f'{table}.repairs' for table in tables)}))))"
    every = [
        told.format("_reasons", "reason", "code"),
        told.format("_warnings", "warning", "code"),
        *([f"CASE WHEN size(_reasons) = 0 THEN {told.format(repaired, 'repair', 'kind')} END"] if tables else []),
    ]
    one = F.explode(F.expr(f"flatten(array_compact(array({', '.join(every)})))")).alias("one")
    counted = frame.select(one).groupBy("one.what", "one.code", "one.column").count().collect()
    found: dict[str, dict[str, int]] = {"reason": {}, "warning": {}, "repair": {}}
    for row in sorted(counted, key=str):
        found[row["what"]][f"{row['code']} {row['column']}"] = row["count"]
    return found


def combined_hash(parts: Sequence[Mapping[str, tuple[int, int]]]) -> str:
    """One content hash of a partition, of the rows and sums of row hashes of each of its tables."""
    totals: dict[str, tuple[int, int]] = {}
    for part in parts:
        for table, (rows, total) in part.items():
            known = totals.get(table, (0, 0))
            totals[table] = (known[0] + rows, known[1] + total)
    lines = [f"{table} {format_hash(*totals[table])}" for table in sorted(totals)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]
