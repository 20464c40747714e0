"""What of a source's database is landed for a date: a window of each of its tables, and what was deleted from them.

Of a table whose contract names a `key`, the keys are read first, before the window. By them two things come to light
that no change date tells. A key that was known and is not there any more was deleted: it lands as a row of its key and
`_deleted`. A key that nobody has brought, as after a bulk load with old dates, means that the windows have missed rows:
the table is then read whole.
"""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.contracts import DELETED, Contract
from jobs.current import union
from jobs.errors import NothingNew
from jobs.landing import Delivery, Received, delivered, kept, landed_dates
from jobs.sources.connections import connection
from jobs.sources.jdbc import Database, Window, read_keys, read_window, rows_in, selects, windows

KEYS = "_keys"
"""The folder of a landing that holds the keys that each table had, by table."""
DELETED_FILE = "deleted.parquet"
"""The last of a table's files: within a delivery the later file counts."""


def from_database(spark: SparkSession, contract: Contract, landing: Path, delivery_date: date, draft: Path) -> Received:
    """Read the source's windows into a folder: Parquet files by table, and the keys.

    Raises NothingNew where nothing was changed or deleted, and where a later date was read before: what the date had
    came with that one.
    """
    assert contract.reads.connection is not None  # a contract of this kind has one
    database = Database(spark, connection(contract.reads.connection))
    before = _before(contract, landing, delivery_date)
    now = windows(database, contract, _windows(before, contract), datetime.now(UTC))
    with_keys = {name: table for name, table in contract.reads.sources.items() if table.key}
    for name, table in with_keys.items():
        read_keys(database, table, draft / KEYS / name)
    rows = _read(database, contract, now, draft)
    deleted = {}
    if before is not None:
        known = {name: _known(spark, before, name, table.key or ()) for name, table in with_keys.items()}
        is_part = any(window.low for window in now.values())
        if is_part and any(of is None or _has_missed(spark, of, draft, name) for name, of in known.items()):
            now = {name: replace(window, low=None) for name, window in now.items()}
            rows = _read(database, contract, now, draft)
        deleted = {name: _land_deleted(spark, of, draft, name) for name, of in known.items() if of is not None}
    if not any(rows.values()) and not any(deleted.values()):
        since = (
            f"nothing has changed in its database since {before.delivery_date}" if before else "its database is empty"
        )
        raise NothingNew(f"{contract.source}: {since}")
    told = {name: {**asdict(now[name]), "rows": rows[name], "deleted": deleted.get(name, 0)} for name in rows}
    return Received(
        [kept(name, path) for name in contract.reads.sources for path in sorted((draft / name).glob("*.parquet"))],
        windows=told,
    )


def _before(contract: Contract, landing: Path, delivery_date: date) -> Delivery | None:
    """The landing before this one."""
    landed = landed_dates(landing, contract.source)
    if landed and landed[-1] > delivery_date:
        raise NothingNew(
            f"{contract.source}: the database was read for {landed[-1]} already, and with it what {delivery_date} had"
        )
    return delivered(landing, contract.source, landed[-1]) if landed else None


def _windows(before: Delivery | None, contract: Contract) -> dict[str, Window]:
    """The last windows; none, so that all is read anew, where the contract has got another table."""
    if before is None or set(contract.reads.sources) != set(before.windows):
        return {}
    return {name: Window(told["low"], told["latest"]) for name, told in before.windows.items()}


def _read(database: Database, contract: Contract, now: dict[str, Window], draft: Path) -> dict[str, int]:
    """Read every table's window into its folder; the rows."""
    return {
        name: read_window(database, sql, contract.reads.sources[name], contract.reads.parallel, draft / name)
        for name, sql in selects(contract, now).items()
    }


def _known(spark: SparkSession, before: Delivery, name: str, key: tuple[str, ...]) -> DataFrame | None:
    """The keys that are known of a table: those that it had, and those that its window brought after they were read.

    None where it was not landed before, or has got another key since, so that nothing is known.
    """
    paths = [str(before.path(file)) for file in before.of(name) if file.name != DELETED_FILE]
    had = before.folder / KEYS / name
    landed = [spark.read.parquet(*of) for of in (paths, [str(had)] if had.exists() else []) if of]
    if not paths or any(set(key) - set(frame.columns) for frame in landed):
        return None
    return union([frame.select(*(F.col(f"`{column}`") for column in key)) for frame in landed]).distinct()


def _has_missed(spark: SparkSession, known: DataFrame, draft: Path, name: str) -> bool:
    """Whether a table has keys that neither were known nor came with the window. (A set knows an empty key; a join does not.)"""
    brought = spark.read.parquet(str(draft / name)).select(*known.columns)
    return not _keys(spark, draft, name).select(*known.columns).subtract(known.union(brought)).isEmpty()


def _land_deleted(spark: SparkSession, known: DataFrame, draft: Path, name: str) -> int:
    """Land the keys that were known and are not there any more, if there are any; their number."""
    folder = draft / f".{name}"
    gone = known.subtract(_keys(spark, draft, name).select(*known.columns)).withColumn(DELETED, F.lit("true"))
    gone.coalesce(1).write.parquet(str(folder))
    count = rows_in(folder)
    for file in folder.iterdir():
        if count and file.suffix == ".parquet":
            file.rename(draft / name / DELETED_FILE)
        else:
            file.unlink()
    folder.rmdir()
    return count


def _keys(spark: SparkSession, draft: Path, name: str) -> DataFrame:
    return spark.read.parquet(str(draft / KEYS / name))
