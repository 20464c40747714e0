"""land: keep the delivery's bytes under a manifest, and its rows as text in bronze."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import LongType, StructField, TimestampType

from jobs.contracts import Contract
from jobs.lake import Partition
from jobs.landing import Delivery, LandedFile, Received, RefusedFile, from_inbox, land
from jobs.ledger import Entry
from jobs.refusals import Both, Place, Refusal, Refused, either, in_both
from jobs.sources import RawRow, missing_columns, missing_of_joined, opened, unknown_headings
from jobs.sources.rows import is_of_refused_rows
from jobs.spreadsheet.limits import Limits
from jobs.steps import Context
from jobs.steps.staging import staging
from jobs.steps.window import from_database
from jobs.tables import CELLS, Table, source_table

CELL = pa.struct([(name, pa.string()) for name in ("heading", "text", "display_format", "filled")])

RAW_ROWS = pa.schema(
    [
        ("_table", pa.string()),
        ("_file", pa.string()),
        ("_sheet", pa.string()),
        ("_row", pa.int64()),
        ("_row_hash", pa.string()),
        ("_kind", pa.string()),
        ("_cells", pa.list_(CELL)),
    ]
)

BATCH_ROWS = 20_000


def run(context: Context, contract: Contract, partition: Partition, entry: Entry) -> None:
    """Land one delivery: of its files, those that can be read; the others are told in `facts["refused_files"]`, and what
    no table reads in `facts["unread_files"]`.

    Raises NoDelivery where there is none, Refused where nothing of it (or of a table that it must hold) can be read.
    """
    settings = context.settings
    delivery = land(contract, settings.landing_dir, partition.delivery_date, _received(context, contract, partition))
    entry.facts |= {"files": [vars(file) for file in delivery.files], "doubles": list(delivery.doubles)}
    if delivery.unread:
        entry.facts["unread_files"] = [vars(file) for file in delivery.unread]
        entry.counts["files_unread"] = len(delivery.unread)
    if delivery.windows:
        entry.facts["windows"] = dict(delivery.windows)
    has_columns = contract.reads.has_columns
    folder = staging(settings, partition) / "raw.parquet"
    raw = (
        _parquet_files(delivery) if has_columns else write_raw_rows(folder, contract, delivery, settings.reader_limits)
    )
    entry.facts |= {
        "corrections": raw.corrections_alone(contract.reads.sources),
        "rows_with_codes": raw.corrections.total(),
        "dialects": raw.dialects,
    }
    if refused := [*delivery.refused, *raw.refused]:
        entry.facts["refused_files"] = [vars(file) for file in refused]
        entry.counts["files_refused"] = len({file.name for file in refused})  # one may hold several tables
        refuse_what_is_too_little(partition, contract, raw, refused)
    if has_columns:
        rows, set_aside = _land_tables(context, contract, delivery, raw, partition, entry), Counter[str]()
    else:
        judge_columns(contract, raw.headings, partition, entry)
        rows, set_aside = _land_cells(context, delivery, raw, partition)
    if rows - set_aside.total() == 0:
        raise Refused("delivery_without_rows", place_of(partition))
    entry.counts |= {"rows_in": rows, "rows_set_aside": set_aside.total()}
    entry.facts["set_aside"] = dict(set_aside)


def _received(context: Context, contract: Contract, partition: Partition) -> Callable[[Path], Received]:
    """How the delivery comes into a folder: from the inbox, or out of the source's database."""
    settings, day = context.settings, partition.delivery_date
    if contract.reads.kind == "jdbc":
        return partial(from_database, context.spark, contract, settings.landing_dir, day)
    others = [other for other in context.contracts.values() if other.source != contract.source]
    return partial(from_inbox, contract, settings.inbox_dir, day, others=others)


@dataclass
class Raw:
    """What of a delivery can be read, as Parquet files by source table; and the files that cannot.

    Of files of rows and cells also how each csv file is written (`dialects`), the rows by kind, and by source table the
    headings of the data, in order, the number of rows of data, and how many of these are corrections: rows that carry a
    return code, and all rows of a workbook of refused rows alone, for what was typed into it beside them is new.
    """

    parts: dict[str, list[Path]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    headings: dict[str, dict[str, None]] = field(default_factory=dict)
    refused: list[RefusedFile] = field(default_factory=list)
    dialects: dict[str, dict[str, str]] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    corrections: Counter[str] = field(default_factory=Counter)

    def corrections_alone(self, tables: Iterable[str]) -> list[str]:
        """The source tables of which what is missing is not withdrawn: corrections alone, or beside such no row."""
        alone = {table for table, number in self.corrections.items() if 0 < number == self.rows[table]}
        return [table for table in tables if table in alone or (alone and not self.rows[table])]


def refuse_what_is_too_little(
    partition: Partition, contract: Contract, raw: Raw, refused: Sequence[RefusedFile]
) -> None:
    """Raise Refused where nothing is left of a table that the delivery must hold (of all, if changes or corrections).

    Parquet files are the parts of one extract: none of them may lack.
    """
    lost = [name for name in contract.reads.sources if name not in raw.parts]
    must_hold_all = contract.delivers == "everything" and not raw.corrections_alone(contract.reads.sources)
    if contract.reads.has_columns or (lost and must_hold_all) or not raw.parts:
        sentences = Both("\n".join(f.sentence for f in refused), "\n".join(f.korean for f in refused))
        if lost:
            raise Refused("nothing_of_table", place_of(partition), tables=", ".join(lost), sentences=sentences)
        raise Refused("incomplete_extract", place_of(partition), sentences=sentences)


def place_of(partition: Partition) -> Place:
    """A delivery, as the place of a refusal."""
    return {"source": partition.source, "delivered": str(partition.delivery_date)}


def judge_columns(
    contract: Contract, headings: Mapping[str, Iterable[str]], partition: Partition, entry: Entry
) -> None:
    """Report new and missing columns by source table; refuse the delivery where the contract says so.

    A column that is asked of several tables, for they are joined, is missing from the one that the others are joined to.
    """
    new = {name: found for name, names in headings.items() if (found := unknown_headings(names, contract, name))}
    missing: dict[tuple[str, ...], list[tuple[str, ...]]] = {
        (name,): lost for name, names in headings.items() if (lost := missing_columns(names, contract, name))
    }
    missing |= missing_of_joined(headings, contract)
    told: dict[str, list[str]] = {}
    for tables, columns in missing.items():
        told.setdefault(tables[0], []).extend(either(column).english for column in columns)
    entry.facts |= {"new_columns": new, "missing_columns": told}
    if missing and contract.on_missing_column == "freeze":
        absent = _by_table({tables: in_both(columns) for tables, columns in missing.items()})
        raise Refused("delivery_missing_columns", place_of(partition), columns=absent)
    if new and contract.on_new_column == "freeze":
        unknown = _by_table({(name,): in_both([heading] for heading in found) for name, found in new.items()})
        raise Refused("delivery_new_columns", place_of(partition), columns=unknown)


def _by_table(columns: Mapping[tuple[str, ...], Both]) -> Both:
    """Columns with the table, or the joined tables, that they are asked of."""
    return Both(
        "; ".join(f"{names.english} in {either(tables).english}" for tables, names in columns.items()),
        "; ".join(f"{either(tables).korean} 표의 {names.korean}" for tables, names in columns.items()),
    )


def _land_cells(context: Context, delivery: Delivery, raw: Raw, partition: Partition) -> tuple[int, Counter[str]]:
    """Files of rows and cells (CSV, workbooks) → `bronze_cells`; the rows, and those set aside by kind."""
    parts = [str(part) for parts in raw.parts.values() for part in parts]
    rows = _as_landed(context.spark.read.parquet(*parts), partition, delivery)
    commit = context.lake.replace_partition(CELLS, rows.select(*CELLS.names), partition, {})
    return commit.rows, Counter({kind: count for kind, count in raw.kinds.items() if kind != "data"})


def write_raw_rows(folder: Path, contract: Contract, delivery: Delivery, limits: Limits) -> Raw:
    """Write the rows of each file of the delivery to a Parquet file of its own: all of them, or the file is refused.

    A workbook of corrections need not hold the sheets of other tables.
    """
    raw, refused = Raw(), list[tuple[str, RefusedFile]]()
    read: set[str] = set()
    folder.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(delivery.files):
        part = folder / f"{number:04}.parquet"
        try:
            dialect, rows = opened(delivery.path(file), file.table, contract, file.name, limits)
            kinds, headings, corrections = _write_rows(part, file, rows)
        except Refused as error:
            part.unlink(missing_ok=True)
            refused.append((error.refusal.kind, RefusedFile.of(file.table, file.name, error.refusal)))
        else:
            read.add(file.name)
            raw.parts.setdefault(file.table, []).append(part)
            raw.kinds += kinds
            if dialect:
                raw.dialects[file.name] = asdict(dialect)
            raw.rows[file.table] += kinds["data"]
            raw.corrections[file.table] += corrections
            if headings:
                raw.headings.setdefault(file.table, {}).update(headings)
    may_lack = read if raw.corrections_alone(contract.reads.sources) else ()
    raw.refused = [file for kind, file in refused if kind != "no_sheet" or file.name not in may_lack]
    return raw


def _write_rows(part: Path, file: LandedFile, rows: Iterator[RawRow]) -> tuple[Counter[str], dict[str, None], int]:
    """Write rows a batch at a time; their number by kind, the headings of the data in order, and the corrections."""
    kinds: Counter[str] = Counter()
    headings: dict[str, None] = {}
    corrections, are_corrections = 0, is_of_refused_rows(file.name)
    with pq.ParquetWriter(part, RAW_ROWS) as writer:
        batch: list[dict[str, Any]] = []
        for row in rows:
            kinds[row.kind] += 1
            if row.kind == "data":
                headings.update((cell.heading, None) for cell in row.cells)
                corrections += are_corrections or row.is_correction
            batch.append(_raw_row(row, file))
            if len(batch) == BATCH_ROWS:
                writer.write_table(pa.Table.from_pylist(batch, RAW_ROWS))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, RAW_ROWS))
    return kinds, headings, corrections


def _raw_row(row: RawRow, file: LandedFile) -> dict[str, Any]:
    return {
        "_table": file.table,
        "_file": file.name,
        "_sheet": row.sheet,
        "_row": row.row,
        "_row_hash": _row_hash(row),
        "_kind": row.kind,
        "_cells": [vars(cell) for cell in row.cells],
    }


def _row_hash(row: RawRow) -> str:
    cells = [[cell.heading, cell.text, cell.display_format] for cell in row.cells]
    return hashlib.sha256(json.dumps(cells, ensure_ascii=False).encode()).hexdigest()


def _parquet_files(delivery: Delivery) -> Raw:
    """A delivery's Parquet files as they are, by source table, those refused whose own description cannot be read."""
    raw = Raw()
    for file in delivery.files:
        path = delivery.path(file)
        try:
            pq.read_metadata(path)
        except (pa.ArrowException, OSError):
            refusal = Refusal("no_parquet", {"file": file.name})
            raw.refused.append(RefusedFile.of(file.table, file.name, refusal))
        else:
            raw.parts.setdefault(file.table, []).append(path)
    return raw


def _land_tables(
    context: Context, contract: Contract, delivery: Delivery, raw: Raw, partition: Partition, entry: Entry
) -> int:
    """Parquet tables → one bronze table each, in the source's own columns as text; the rows."""
    frames: dict[str, DataFrame] = {}
    nanoseconds: dict[str, dict[str, bool]] = {}
    for name in contract.reads.sources:
        paths = [str(part) for part in raw.parts.get(name, ())]
        if not paths:
            raise Refused("no_part_of_table", place_of(partition), table=name)
        frames[name] = context.spark.read.option("mergeSchema", "true").parquet(*paths)
        nanoseconds[name] = in_nanoseconds(raw.parts[name])
    judge_columns(contract, {name: frame.columns for name, frame in frames.items()}, partition, entry)
    total = 0
    for name, frame in frames.items():
        rows, table = parquet_rows(frame, contract, name, nanoseconds[name])
        table = context.lake.widened(table)
        rows = _as_landed(rows, partition, delivery)
        absent = [F.lit(None).cast("string").alias(column) for column in table.names if column not in rows.columns]
        total += context.lake.replace_partition(table, rows.select("*", *absent), partition, {}).rows
    return total


def in_nanoseconds(files: Sequence[Path]) -> dict[str, bool]:
    """The columns of times that Spark reads as whole numbers; true where they are moments (with a time zone)."""
    fields = [field for file in files for field in pq.read_schema(file)]
    return {f.name: f.type.tz is not None for f in fields if pa.types.is_timestamp(f.type) and f.type.unit == "ns"}


def parquet_rows(
    frame: DataFrame, contract: Contract, name: str, nanoseconds: Mapping[str, bool]
) -> tuple[DataFrame, Table]:
    """The rows of one Parquet table as text, with the place of each; and the bronze table they belong in.

    A moment (a timestamp with a time zone) is written by the clock of the source, as the same table in CSV would be.
    """
    table = source_table(contract.source, name, frame.columns)
    cells = [_as_text(field, contract.timezone, nanoseconds.get(field.name)) for field in frame.schema.fields]
    return frame.select(
        *[cell.alias(column) for cell, column in zip(cells, frame.columns, strict=True)],
        F.lit(name).alias("_table"),
        F.col("_metadata.file_name").alias("_file"),
        F.lit(None).cast("string").alias("_sheet"),
        (F.col("_metadata.row_index") + 1).alias("_row"),
        F.sha2(F.to_json(F.array(*cells)), 256).alias("_row_hash"),
        F.lit("data").alias("_kind"),
    ), table


def _as_text(field: StructField, timezone: str, is_moment: bool | None) -> Column:
    """A column as text; `is_moment` is None where it is not in nanoseconds. The session's clock is UTC."""
    cell = F.col(f"`{field.name}`")
    if is_moment is not None and isinstance(field.dataType, LongType):
        cell = F.expr(f"timestamp_micros(`{field.name}` div 1000)")
    if is_moment or isinstance(field.dataType, TimestampType):
        cell = F.from_utc_timestamp(cell, timezone)
    return cell.cast("string")


def _as_landed(rows: DataFrame, partition: Partition, delivery: Delivery) -> DataFrame:
    return rows.withColumns(
        {
            "_source": F.lit(partition.source),
            "_delivery_date": F.lit(partition.delivery_date),
            "_attempt": F.lit(partition.attempt),
            "_landed_at_utc": F.lit(delivery.received_at_utc),
        }
    )
