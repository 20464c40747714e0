"""The only reads and writes of Delta tables.

Every write replaces one declared slice of one table in one atomic commit, states its facts in the commit's
`userMetadata`, and afterwards looks for its own commit: Delta skips a repeated or lower `txnVersion` without a word.
"""

import fcntl
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import uuid4

from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from jobs.current import PLACE, counting, refused_keys, tonight, union, versions, withdrawn_keys
from jobs.errors import YejiError
from jobs.tables import NOT_IN_CONTENT_HASH, QUARANTINE, WITHDRAWAL, Field, Table
from jobs.tables.table import STATE

USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"


class SchemaMismatch(YejiError):
    """A frame is not what its table declares; the message lists every discrepancy."""


class LostCommit(YejiError):
    """A write reported success, but its commit is not in the table's history."""


@dataclass(frozen=True)
class Commit:
    """What a write did: the table's version, rows written, and whether it took the place of earlier rows."""

    version: int
    rows: int
    replaced: bool


@dataclass(frozen=True)
class Partition:
    """One delivery date of one source, written by one attempt (`source|date` in the ledger's spelling)."""

    source: str
    delivery_date: date
    attempt: int

    def __str__(self) -> str:
        return f"{self.source}|{self.delivery_date}"

    @property
    def where(self) -> dict[str, str | date]:
        return {"_source": self.source, "_delivery_date": self.delivery_date}

    @property
    def facts(self) -> dict[str, object]:
        return {"partition": str(self), "attempt": self.attempt}


@dataclass(frozen=True)
class Delivered:
    """A partition among its source's deliveries, as far as it bears on what counts now.

    `newest` is the date of the source's newest delivery, `complete_on` of the newest that holds all its records (none
    where the source delivers changes); `is_first` says that the partition held no rows before.
    """

    partition: Partition
    newest: date
    complete_on: date | None
    is_first: bool


class Lake:
    """Delta tables under one folder."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self.spark = spark
        self.folder = folder
        self._ensured: set[str] = set()

    def path(self, table: Table) -> str:
        return str(self.folder / table.layer / table.name)

    def name(self, table: Table) -> str:
        """The table as SQL names it."""
        return f"delta.`{self.path(table)}`"

    def ensure(self, table: Table) -> None:
        """Create the table where it is missing, with its comments, layout and CHECK constraints."""
        if table.name in self._ensured:
            return
        with self._locked(table):
            if not self._exists(table):
                self._create(table)
        self._ensured.add(table.name)

    def widened(self, table: Table) -> Table:
        """The table with the columns that it has in the lake as well; those it has not yet are added there (null).

        For bronze tables of a source's own columns, which come and go, and for features that are new in a lake.
        """
        if not self._exists(table):
            return table
        there = self.spark.sql(f"SELECT * FROM {self.name(table)} LIMIT 0").schema
        new = [field for field in table.fields if field.name not in there.names]
        if new:
            columns = ", ".join(f"`{f.name}` {f.spark_type.simpleString()} COMMENT '{_quoted(f.comment)}'" for f in new)
            with self._locked(table):
                self.spark.sql(f"ALTER TABLE {self.name(table)} ADD COLUMNS ({columns})")
        gone = [Field(f.name, f.dataType, f.metadata.get("comment", "")) for f in there if f.name not in table.names]
        return replace(table, fields=(*table.fields, *gone))

    def read(self, table: Table, version: int | None = None) -> DataFrame:
        """The table, now or as of a version; empty where nothing was written yet."""
        if not self._exists(table):
            return self.spark.createDataFrame([], table.schema)
        at = "" if version is None else f" VERSION AS OF {version}"
        frame = self.spark.sql(f"SELECT * FROM {self.name(table)}{at}")
        check_schema(frame.schema, table)
        return frame.select(*table.names)

    def holds(self, table: Table, where: Mapping[str, str | date]) -> bool:
        """Whether the table has rows in a slice."""
        return not self.read(table).where(matches(where)).isEmpty()

    def version(self, table: Table) -> int:
        """The table's newest version."""
        self.ensure(table)
        return int(self._history(table, limit=1)[0]["version"])

    def replace(
        self, table: Table, frame: DataFrame, where: Mapping[str, str | date], facts: Mapping[str, object]
    ) -> Commit:
        """Replace the rows for which the partition columns have the values of `where` by those of `frame`."""
        return self._overwrite(table, frame, where, facts)

    def replace_partition(
        self, table: Table, frame: DataFrame, partition: Partition, facts: Mapping[str, object]
    ) -> Commit:
        """Replace one partition's rows, once per attempt.

        The attempt is the commit's `txnVersion`: repeating a step of an attempt changes nothing, a later attempt
        replaces an earlier one, and an earlier attempt that wakes up late cannot commit.
        """
        return self._overwrite(table, frame, partition.where, {**facts, **partition.facts}, partition)

    def refresh_current(
        self, table: Table, valid: DataFrame, withdrawn: DataFrame, refused: DataFrame, delivered: Delivered
    ) -> None:
        """Bring `<table>_current` up to date for the keys that the partition held before or holds now.

        `jobs.current` says what counts. `valid` are the partition's rows, `withdrawn` and `refused` the keys that it
        withdrew and those of its refused rows. The newest delivery, taken in for the first time, is merged as it is:
        what counts is then known without the history.
        """
        current = table.current()
        self.ensure(current)
        partition = delivered.partition
        with self._locked(current), self._stating(partition.facts):
            if not delivered.is_first or partition.delivery_date != delivered.newest:
                self._merge_counting(
                    table, union([f.select(*table.key) for f in (valid, withdrawn, refused)]), delivered
                )
            elif self.holds(current, {"_source": partition.source}):
                self._merge_newest(table, tonight(valid, withdrawn, refused, table), delivered)
            else:
                stands = {"newest_refused_on": F.lit(None).cast("date"), "is_withdrawn": F.lit(False)}
                rows = versions(valid, withdrawn, table).where("NOT _is_tombstone").withColumns(stands)
                self._append(current, rows, partition.facts)

    def counting(
        self,
        table: Table,
        source: str,
        newest: date | None,
        until: date = date.max,
        without: Collection[date] = (),
        keys: DataFrame | None = None,
    ) -> DataFrame:
        """What counts of a source's records, from the history: of the deliveries `until` a day, `without` some of them.

        `newest` is the newest complete one of these, as `jobs.current.counting` takes it; with `keys`, theirs alone.
        """
        meant = (F.col("_source") == source) & (F.col("_delivery_date") <= F.lit(until))
        if without:
            meant &= ~F.col("_delivery_date").isin(*without)
        history, withdrawals, quarantine = (self.read(t).where(meant) for t in (table, WITHDRAWAL, QUARANTINE))
        if keys is not None:
            history = history.join(keys, list(table.key), "left_semi")
        return counting(history, withdrawn_keys(withdrawals, table), refused_keys(quarantine, table), table, newest)

    def _merge_newest(self, table: Table, said: DataFrame, delivered: Delivered) -> None:
        day = f"DATE'{delivered.partition.delivery_date}'"
        is_record = "NOT i._is_refused AND NOT i._is_tombstone"
        is_same = " AND ".join([is_record, *(f"c.`{name}` <=> i.`{name}`" for name in table.identity)])
        sets = ", ".join(f"c.`{n}` = i.`{n}`" for n in table.names)
        columns, values = ", ".join(f"`{n}`" for n in table.names), ", ".join(f"i.`{n}`" for n in table.names)
        self._merge(
            table,
            said,
            delivered.partition.source,
            f"WHEN MATCHED AND {is_same} THEN UPDATE SET {sets}, c.newest_refused_on = NULL, c.is_withdrawn = false",
            "WHEN MATCHED AND i._is_tombstone THEN UPDATE SET c.newest_refused_on = NULL, c.is_withdrawn = true",
            f"WHEN MATCHED THEN UPDATE SET c.newest_refused_on = {day}, c.is_withdrawn = false",
            f"WHEN NOT MATCHED AND {is_record} THEN INSERT ({columns}, newest_refused_on, is_withdrawn) "
            f"VALUES ({values}, NULL, false)",
            "WHEN NOT MATCHED BY SOURCE AND {of_source} AND NOT c.is_withdrawn THEN UPDATE SET c.is_withdrawn = true"
            if delivered.complete_on == delivered.partition.delivery_date
            else "",
        )

    def _merge_counting(self, table: Table, keys: DataFrame, delivered: Delivered) -> None:
        """Take over what counts by the history: of the partition's `keys`, or of its whole source.

        The whole source is looked at where other keys can count differently for this partition: it held other rows
        before, which nobody knows any more, or it is the one in which other keys are missing.
        """
        partition = delivered.partition
        is_all = not delivered.is_first or delivered.complete_on == partition.delivery_date
        now = self.counting(table, partition.source, delivered.complete_on, keys=None if is_all else keys)
        told_by = ("_delivery_date", "_attempt", *PLACE, *(field.name for field in STATE))
        is_same = " AND ".join(f"c.`{name}` <=> i.`{name}`" for name in told_by)
        self._merge(
            table,
            now,
            partition.source,
            f"WHEN MATCHED AND NOT ({is_same}) THEN UPDATE SET *",
            "WHEN NOT MATCHED THEN INSERT *",
            "WHEN NOT MATCHED BY SOURCE AND {of_source} THEN DELETE" if is_all else "",
        )

    def _merge(self, table: Table, incoming: DataFrame, source: str, *clauses: str) -> None:
        """MERGE frames into `<table>_current` by key, within one source."""
        incoming.createOrReplaceTempView("incoming")
        of_source = f"c._source = '{_quoted(source)}'"
        same_key = " AND ".join(f"c.`{k}` = i.`{k}`" for k in table.key)
        whens = "\n".join(clauses).format(of_source=of_source)
        self.spark.sql(
            f"MERGE INTO {self.name(table.current())} c USING incoming i ON {of_source} AND {same_key}\n{whens}"
        ).collect()

    def _append(self, table: Table, frame: DataFrame, facts: Mapping[str, object]) -> None:
        writer = frame.select(*table.names).write.format("delta").mode("append")
        writer.option("userMetadata", _facts(facts)).save(self.path(table))

    def committed(self, table: Table, partition: Partition) -> bool:
        """Whether this attempt's commit is in the table (Delta is the truth, not the ledger)."""
        return any(_is_of(row, partition) for row in self._history(table))

    def _overwrite(
        self,
        table: Table,
        frame: DataFrame,
        where: Mapping[str, str | date],
        facts: Mapping[str, object],
        partition: Partition | None = None,
    ) -> Commit:
        self.ensure(table)
        check_schema(frame.schema, table)
        commit_id = uuid4().hex
        writer = frame.select(*table.names).write.format("delta").mode("overwrite")
        writer = writer.option("replaceWhere", sql_predicate(where))
        writer = writer.option("userMetadata", _facts({**facts, "commit": commit_id}))
        if partition:
            writer = writer.option("txnAppId", f"{table.name}|{partition}").option("txnVersion", partition.attempt)
        with self._locked(table):
            writer.save(self.path(table))
            try:
                return self._own_commit(table, commit_id, partition)
            except LostCommit:
                if partition or not frame.isEmpty():
                    raise
                return Commit(self.version(table), 0, False)  # nothing to remove, nothing to add: Delta makes no commit

    def _own_commit(self, table: Table, commit_id: str, partition: Partition | None) -> Commit:
        for row in self._history(table, limit=10):
            if _stated(row).get("commit") == commit_id:
                return _commit(row)
        if partition:
            for row in self._history(table):
                if _is_of(row, partition):
                    return _commit(row)
        raise LostCommit(
            f"{table.name}: the write of {partition or commit_id} was skipped: a later attempt wrote first"
        )

    def _history(self, table: Table, limit: int = 0) -> list[Row]:
        limited = f" LIMIT {limit}" if limit else ""
        return self.spark.sql(f"DESCRIBE HISTORY {self.name(table)}{limited}").collect()

    def _exists(self, table: Table) -> bool:
        return (Path(self.path(table)) / "_delta_log").is_dir()

    def _create(self, table: Table) -> None:
        columns = ",\n".join(
            f"`{f.name}` {f.spark_type.simpleString()}{'' if f.nullable else ' NOT NULL'} COMMENT '{_quoted(f.comment)}'"
            for f in table.fields
        )
        layout = ""
        if table.partitioned_by:
            layout = f"PARTITIONED BY ({', '.join(table.partitioned_by)})"
        elif table.clustered_by:
            layout = f"CLUSTER BY ({', '.join(table.clustered_by)})"
        constraints = ", ".join(f"'delta.constraints.{name}' = '{_quoted(check)}'" for name, check in table.checks)
        self.spark.sql(
            f"CREATE TABLE {self.name(table)} ({columns}) USING delta {layout} COMMENT '{_quoted(table.description)}'"
            + (f" TBLPROPERTIES ({constraints})" if constraints else "")
        )

    @contextmanager
    def _stating(self, facts: Mapping[str, object]) -> Iterator[None]:
        """SQL statements take their commit's `userMetadata` from the session."""
        self.spark.conf.set(USER_METADATA, _facts(facts))
        try:
            yield
        finally:
            self.spark.conf.unset(USER_METADATA)

    @contextmanager
    def _locked(self, table: Table) -> Iterator[None]:
        """One writer a table: on a local disk Delta's commit does not exclude another process."""
        locks = self.folder / ".locks"
        locks.mkdir(parents=True, exist_ok=True)
        with (locks / f"{table.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def content_hash(frame: DataFrame) -> str:
    """Law 2's content hash: an order-free sum of row hashes over all columns but `_landed_at_utc` and `_attempt`."""
    hashed = row_hash({name: F.col(f"`{name}`") for name in frame.columns})
    row = frame.agg(F.count("*").alias("rows"), sum_of_hashes(hashed).alias("total")).first()
    return format_hash(row["rows"], row["total"])


def row_hash(cells: Mapping[str, Column]) -> Column:
    """A row's 64-bit hash over its columns by name, whatever their order.

    A null counts as a value of its own: Spark's hash skips nulls, so (null, 1) and (1, null) would be equal.
    """
    counted = [cells[name] for name in sorted(cells) if name not in NOT_IN_CONTENT_HASH]
    nulls = F.concat(*[F.when(cell.isNull(), "1").otherwise("0") for cell in counted])
    return F.xxhash64(*counted, nulls)


def sum_of_hashes(hashed: Column) -> Column:
    """Aggregate of row hashes, exact whatever their number; null hashes (rows that do not count) are left out."""
    return F.coalesce(F.sum(hashed.cast("decimal(38,0)")), F.lit(0).cast("decimal(38,0)"))


def format_hash(rows: int, total: int) -> str:
    """Sum modulo 2^64, with the number of rows."""
    return f"{rows}-{int(total) % 2**64:016x}"


def check_schema(schema: StructType, table: Table) -> None:
    """Raise a SchemaMismatch that lists every difference in names and types."""
    have = {field.name: field.dataType.simpleString() for field in schema}
    want = {field.name: field.spark_type.simpleString() for field in table.fields}
    problems = [f"no column {name} ({kind})" for name, kind in want.items() if name not in have]
    problems += [f"unknown column {name}" for name in have if name not in want]
    problems += [
        f"{name} is {have[name]}, declared {kind}" for name, kind in want.items() if have.get(name, kind) != kind
    ]
    if problems:
        raise SchemaMismatch(f"{table.name}: {'; '.join(problems)}")


def matches(where: Mapping[str, str | date]) -> Column:
    """The slice as a condition."""
    return F.expr(sql_predicate(where))


def sql_predicate(where: Mapping[str, str | date]) -> str:
    """The slice as SQL with literal bounds, which Delta prunes by."""
    return " AND ".join(
        f"{name} = DATE'{value}'" if isinstance(value, date) else f"{name} = '{_quoted(value)}'"
        for name, value in where.items()
    )


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _facts(facts: Mapping[str, object]) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)


def _stated(row: Row) -> dict[str, object]:
    """The facts that a commit states of itself."""
    return json.loads(row["userMetadata"]) if row["userMetadata"] else {}


def _is_of(row: Row, partition: Partition) -> bool:
    return _stated(row).items() >= partition.facts.items()


def _commit(row: Row) -> Commit:
    metrics = row["operationMetrics"]
    removed = int(metrics.get("numRemovedFiles") or 0)
    return Commit(int(row["version"]), int(metrics.get("numOutputRows") or 0), removed > 0)
