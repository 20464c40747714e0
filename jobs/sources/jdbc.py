"""A database read by JDBC: window by window, in parallel, each window kept as Parquet and never read again.

A **window** of a table is what was made or changed since the last one: rows whose change column is at or after its
lower bound. It has no upper bound, and the next one begins at the latest change seen that is not in the future, less
`late_by_hours`: a row that is committed late, or while the window is read, comes with the next window; some rows come
twice, which changes nothing. A row without a change date comes with every window.

Tables that a contract joins are read together: rows whose joined rows changed come too, and every row that is joined to
one that comes.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pyarrow.parquet as pq
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, StringType, TimestampNTZType, TimestampType

from jobs.contracts import Contract
from jobs.contracts.model import TABLE_IN_DATABASE, SourceTable
from jobs.errors import DataError, UsageError, YejiError
from jobs.sources.connections import Connection, variable
from jobs.sources.grids import Described, Grid

SPLIT = "_split"

T = TypeVar("T")

FETCH_ROWS = 10_000
FIRST_ROWS = 1_000
"""Rows of a table that a draft looks at."""
MOST_TABLES = 50
PRIMARY_KEY = """
SELECT k.column_name FROM information_schema.table_constraints c JOIN information_schema.key_column_usage k
ON k.constraint_schema = c.constraint_schema AND k.constraint_name = c.constraint_name AND k.table_name = c.table_name
WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_schema = {schema} AND c.table_name = {table}
ORDER BY k.ordinal_position
"""
ATTEMPTS = 4
FIRST_PAUSE_S = 1.0
DROPPED_STATES = ("57P01", "57P02", "57P03", "53300")
"""SQLSTATEs of a server that ends connections, or takes none for now."""
DROPPED = re.compile(
    r"I/O error|connection (?:has been closed|reset|to \S+ refused)|terminating connection|"
    r"the database system is (?:starting up|shutting down|in recovery)|connection attempt failed|too many clients",
    re.IGNORECASE,
)
"""What the driver says of a connection that broke, and a server that speaks English."""
ALIAS = r"(?:\b[tdjwbq]\.)?"
"""What tables are called in the SQL that is written here."""
SERVER_ERROR = "org.postgresql.util.PSQLException"


@dataclass(frozen=True)
class Refusal:
    """Why a database refuses: its SQLSTATEs, how a server that speaks English or Korean says it, and what we say of it.

    The first group of `said` that holds anything is `what` the sentence names.
    """

    states: tuple[str, ...]
    said: re.Pattern[str]
    sentence: str


REFUSALS = (
    Refusal(
        ("28000", "28P01"),
        re.compile(
            r"password authentication failed|no password was provided|role .* does not exist|no pg_hba|인증을 실패했습니다",
            re.IGNORECASE,
        ),
        "the database refuses the user or the password; correct {variable}",
    ),
    Refusal(
        ("3D000",),
        re.compile(r"database .* does not exist|데이터베이스 없음", re.IGNORECASE),
        "there is no such database; correct {variable}",
    ),
    Refusal(
        ("42P01",),
        re.compile(r'relation (.*?) does not exist|("[^"]+") 이름의 릴레이션', re.IGNORECASE),
        "the database has no table or view {what}; correct its name (`table` in a contract), spelled as in the database",
    ),
    Refusal(
        ("42703",),
        re.compile(
            rf'column {ALIAS}(.*?) does not exist|{ALIAS}("[^"]+"|\S+)(?: 이름의 칼럼은 없습니다| 칼럼 없음)',
            re.IGNORECASE,
        ),
        "the database has no column {what}; correct the contract, spelled as in the database",
    ),
    Refusal(
        ("42501",),
        re.compile("permission denied for (.*)", re.IGNORECASE),
        "its user may not read {what}; have the right to SELECT granted",
    ),
    Refusal(
        (),
        re.compile(r'invalid input syntax for type bigint: (.*)|bigint 자료형[^"\n]*(".*")', re.IGNORECASE),
        "`split_by` holds {what}, which is no number; name a column of numbers or dates, or leave it out",
    ),
)


@dataclass(frozen=True)
class Window:
    """Of a table: where the window begins and the latest change seen, as the database writes them; None where none is."""

    low: str | None
    latest: str | None


class Database:
    """Reads a database through Spark, trying again where a connection drops."""

    def __init__(self, spark: SparkSession, connection: Connection) -> None:
        self._spark, self._connection = spark, connection

    def query(self, sql: str, **split: str) -> DataFrame:
        """What a SELECT gives, lazily; `split` are Spark's options for a read in parallel."""
        reader = self._spark.read.format("jdbc").options(**self._connection.options, **split)
        return reader.options(dbtable=f"({sql}) AS q", fetchsize=str(FETCH_ROWS), preferTimestampNTZ="true").load()

    @property
    def name(self) -> str:
        return self._connection.name

    def rows(self, sql: str, as_text: bool = False) -> list[dict[str, Any]]:
        """The few rows of a SELECT; with `as_text` as bronze writes them."""

        def read() -> list[dict[str, Any]]:
            frame = self.query(sql)
            cells = [F.col(f"`{name}`").cast("string").alias(name) if as_text else name for name in frame.columns]
            return [row.asDict() for row in frame.select(*cells).collect()]

        return self.tried(read)

    def first(self, sql: str) -> dict[str, Any]:
        """The only row of a SELECT."""
        return self.rows(sql)[0]

    def types(self, sql: str) -> dict[str, DataType]:
        """The columns of a SELECT."""
        return self.tried(lambda: {f.name: f.dataType for f in self.query(f"{sql} LIMIT 0").schema.fields})

    def tried(self, read: Callable[[], T]) -> T:
        """What `read` gives, begun anew where the connection drops.

        Raises YejiError where the database stays away, UsageError and DataError where it refuses.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return read()
            except (PySparkException, Py4JError) as error:
                state, text = said_by_database(error)
                if state not in DROPPED_STATES and not DROPPED.search(text):
                    raise self._refusal(state, text) from None
                if attempt < ATTEMPTS:
                    time.sleep(FIRST_PAUSE_S * 2 ** (attempt - 1))
        name, url = self._connection.name, self._connection.url
        raise YejiError(f"{name}: {url} does not answer, or drops the connection ({ATTEMPTS} attempts); run it again")

    def _refusal(self, state: str | None, text: str) -> YejiError:
        name = self._connection.name
        for refusal in REFUSALS:
            found = refusal.said.search(text)
            if state in refusal.states or found:
                what = next(filter(None, found.groups()), "") if found else _named_in(text)
                said = refusal.sentence.format(what=what.strip().strip('".'), variable=variable(name))
                return (UsageError if "{variable}" in refusal.sentence else DataError)(f"{name}: {said}")
        return YejiError(f"{name}: the database says: {_line(text)}")


def said_by_database(error: Exception) -> tuple[str | None, str]:
    """The SQLSTATE and the message of the database's error behind one of Spark's; over Spark Connect all of the text alone."""
    cause = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    while cause is not None:
        if cause.getClass().getName() == SERVER_ERROR:
            return cause.getSQLState(), cause.getMessage()
        cause = cause.getCause()
    return None, str(error)


def _line(text: str) -> str:
    """The line of an error that the server wrote."""
    lines = text.splitlines()
    return SEVERITY.split(next((line for line in lines if SEVERITY.search(line)), lines[0]))[-1].strip()


SEVERITY = re.compile(r"(?:ERROR|FATAL|오류):")


def _named_in(text: str) -> str:
    """What a message in a language that we do not read names: what it quotes, else all of it."""
    found = re.search('"([^"]+)"', text)
    return found[1] if found else f"({_line(text)})"


def database_grids(database: Database, names: Sequence[str]) -> Iterator[Grid]:
    """The first rows of tables, before there is a contract. A name without a dot is a schema: all its tables and views.

    Raises UsageError for a name that is neither.
    """
    for name in names:
        if not re.fullmatch(TABLE_IN_DATABASE, name):
            raise UsageError(f"{name!r} names no table; name it as SCHEMA.TABLE, or a SCHEMA for all of its tables")
    for name in names:
        schema, _, table = name.rpartition(".")
        tables = [name] if table and schema else [f"{name}.{of}" for of in tables_of(database, name)]
        for one in tables:
            yield _grid(database, one)


def tables_of(database: Database, schema: str) -> list[str]:
    """The tables and views of a schema. Raises DataError where it has none that may be seen, or too many."""
    rows = database.rows(f"SELECT table_name FROM information_schema.tables WHERE table_schema = {literal(schema)}")
    names = sorted(row["table_name"] for row in rows)
    if not names:
        raise DataError(
            f"{database.name}: no schema {schema}, or none of its tables may be seen; name it as SCHEMA.TABLE"
        )
    if len(names) > MOST_TABLES:
        shown = ", ".join(f"{schema}.{name}" for name in names[:MOST_TABLES])
        raise DataError(f"{database.name}: {schema} has {len(names)} tables; name those that are meant ({shown} …)")
    return names


def _grid(database: Database, table: str) -> Grid:
    types = database.types(f"SELECT t.* FROM {quoted(table)} t")
    rows = database.rows(f"SELECT t.* FROM {quoted(table)} t LIMIT {FIRST_ROWS}", as_text=True)
    schema, _, name = table.rpartition(".")
    key = database.rows(PRIMARY_KEY.format(schema=literal(schema), table=literal(name)))
    moments = tuple(
        name for name, kind in types.items() if isinstance(kind, DateType | TimestampType | TimestampNTZType)
    )
    described = Described(database.name, table, tuple(row["column_name"] for row in key), moments)
    texts = [[(row[name] or "").strip() for name in types] for row in rows]
    return Grid(Path(table), None, None, None, [list(types), *texts], described)


def windows(database: Database, contract: Contract, before: Mapping[str, Window], now: datetime) -> dict[str, Window]:
    """The window of every table: it begins where the one before it (`before`) has seen all."""
    found = {}
    for name, table in contract.reads.sources.items():
        earlier = before[name].latest if name in before else None
        low = earlier and reached_back(earlier, contract.reads.late_by_hours)
        found[name] = Window(low, latest_change(database, table, now) or earlier)
    return found


def latest_change(database: Database, table: SourceTable, now: datetime) -> str | None:
    """The latest change that is not in the future, as the database writes it; None where the table does not say."""
    if not table.changed:
        return None
    changed = _latest_of(table, "t")
    (kind,) = database.types(f"SELECT {changed} AS c FROM {quoted(table.table)} t").values()
    today = f"'{now:%Y%m%d}'" if isinstance(kind, StringType) else "CURRENT_TIMESTAMP"
    sql = f"SELECT CAST(MAX({changed}) AS varchar) AS c FROM {quoted(table.table)} t WHERE {changed} <= {today}"
    return database.first(sql)["c"]


def reached_back(latest: str, hours: int) -> str:
    """A moment so many hours earlier, written alike: 20260131, 2026-01-31, or with a time and an offset."""
    if re.fullmatch(r"\d{8}", latest):
        return f"{datetime.strptime(latest, '%Y%m%d') - timedelta(hours=hours):%Y%m%d}"
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", latest):
            return str((datetime.fromisoformat(latest) - timedelta(hours=hours)).date())
        return (datetime.fromisoformat(latest) - timedelta(hours=hours)).isoformat(" ")
    except ValueError:
        raise DataError(
            f"`changed` holds {latest!r}, which is neither a date nor a time; name a column of dates, times, or YYYYMMDD"
        ) from None


def selects(contract: Contract, windows: Mapping[str, Window]) -> dict[str, str]:
    """The SELECT of each table's window, joined tables with what they are joined to."""
    tables = contract.reads.sources
    conditions = {name: _condition(contract, windows, name) for name in tables}
    return {
        name: f"SELECT t.* FROM {quoted(table.table)} t" + (f" WHERE {conditions[name]}" if conditions[name] else "")
        for name, table in tables.items()
    }


def _condition(contract: Contract, windows: Mapping[str, Window], name: str) -> str:
    """Which rows of a table come; nothing where all do."""
    is_driver = any(contract.feeds(fed) == name for fed in contract.tables)
    own = _of_driver(contract, windows, name, "t") if is_driver else ""
    if is_driver and not own:
        return ""
    found = [own or _changed_since(contract.reads.sources[name], windows[name], "t")]
    for driver, pairs in _drivers(contract, name):
        condition = _of_driver(contract, windows, driver, "d")
        if not condition:
            return ""
        source = quoted(contract.reads.sources[driver].table)
        found.append(f"EXISTS (SELECT 1 FROM {source} d WHERE {_equal(pairs, 'd', 't')} AND ({condition}))")
    return " OR ".join(filter(None, found))


def _of_driver(contract: Contract, windows: Mapping[str, Window], name: str, alias: str) -> str:
    """Rows of a table that feeds the lake: changed themselves, or joined to rows that have changed."""
    own = _changed_since(contract.reads.sources[name], windows[name], alias)
    if not own:
        return ""
    found = [own]
    for joined, pairs in _joined(contract, name):
        if changed := _changed_since(contract.reads.sources[joined], windows[joined], "j"):
            source = quoted(contract.reads.sources[joined].table)
            on = _equal(pairs, alias, "j")
            found.append(f"EXISTS (SELECT 1 FROM {source} j WHERE {on} AND ({changed}))")
    return " OR ".join(found)


def _changed_since(table: SourceTable, window: Window, alias: str) -> str:
    if not table.changed or window.low is None:
        return ""
    changed = _latest_of(table, alias)
    return f"{changed} >= {literal(window.low)} OR {changed} IS NULL"


def _latest_of(table: SourceTable, alias: str) -> str:
    columns = [f"{alias}.{quoted_name(column)}" for column in table.changed or ()]
    return columns[0] if len(columns) == 1 else f"GREATEST({', '.join(columns)})"


def _joined(contract: Contract, driver: str) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """The tables joined to a driver, with the pairs of columns (there, here) that must be equal."""
    for fed, feed in contract.tables.items():
        if contract.feeds(fed) == driver:
            yield from ((join.table, join.pairs) for join in feed.join)


def _drivers(contract: Contract, name: str) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """The tables that a table is joined to."""
    for driver in contract.reads.sources:
        yield from ((driver, pairs) for joined, pairs in _joined(contract, driver) if joined == name)


def _equal(pairs: tuple[tuple[str, str], ...], driver: str, joined: str) -> str:
    return " AND ".join(f"{driver}.{quoted_name(a)} = {joined}.{quoted_name(b)}" for a, b in pairs)


def quoted_name(name: str) -> str:
    """An identifier as SQL wants it (ISO/IEC 9075, delimited identifier)."""
    return '"' + name.replace('"', '""') + '"'


def quoted(table: str | None) -> str:
    """A table's name, with its schema."""
    return ".".join(quoted_name(part) for part in (table or "").split("."))


def literal(text: str) -> str:
    """A text as SQL wants it."""
    return "'" + text.replace("'", "''") + "'"


def read_window(database: Database, sql: str, table: SourceTable, parallel: int, folder: Path) -> int:
    """Write what a SELECT gives into a folder, as files named `0001.parquet` and so on; the number of rows.

    With `split_by` it is read by `parallel` connections, each over a range of that column.
    """
    sql, split = _split(database, sql, table, parallel)
    return _written(database, sql, split, folder)


def _split(database: Database, sql: str, table: SourceTable, parallel: int) -> tuple[str, dict[str, str]]:
    """The SELECT with a column over which it can be read in parallel, and Spark's options for that."""
    if table.split_by is None or parallel == 1:
        return sql, {}
    column = quoted_name(table.split_by)
    (kind,) = database.types(f"SELECT {column} FROM {quoted(table.table)} t").values()
    number = f"CAST({column} AS bigint)" if isinstance(kind, StringType) else column
    sql = f"SELECT w.*, {number} AS {quoted_name(SPLIT)} FROM ({sql}) w"
    bounds = database.first(f"SELECT MIN({SPLIT}) AS low, MAX({SPLIT}) AS high FROM ({sql}) b")
    if bounds["low"] is None:
        return sql, {}
    low, high = str(bounds["low"]), str(bounds["high"])
    return sql, {"partitionColumn": SPLIT, "lowerBound": low, "upperBound": high, "numPartitions": str(parallel)}


def read_keys(database: Database, table: SourceTable, folder: Path) -> int:
    """Write the keys of all rows that a table has now; their number."""
    columns = ", ".join(quoted_name(column) for column in table.key or ())
    return _written(database, f"SELECT DISTINCT {columns} FROM {quoted(table.table)} t", {}, folder)


def _written(database: Database, sql: str, split: Mapping[str, str], folder: Path) -> int:
    def write() -> None:
        database.query(sql, **split).drop(SPLIT).write.mode("overwrite").parquet(str(folder))

    database.tried(write)
    for number, file in enumerate(sorted(folder.glob("part-*.parquet")), start=1):
        file.rename(folder / f"{number:04}.parquet")
    for mark in folder.iterdir():
        if mark.suffix != ".parquet":
            mark.unlink()
    return rows_in(folder)


def rows_in(folder: Path) -> int:
    """The rows of a folder's Parquet files."""
    return sum(int(pq.read_metadata(file).num_rows) for file in folder.glob("*.parquet"))
