"""conform: bronze rows → canonical values, with every reason to refuse a row, staged once.

Parsing, row rules and the split are one pass over a source table: each row is read once and staged once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial, reduce
from operator import and_, or_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from expectations.rules import NO_REASONS, compile_rules, reasons
from jobs.conform import conform_table
from jobs.conform.codes import code_key, is_among
from jobs.conform.lexicon import Lexicon
from jobs.conform.lexicon import load as load_lexicon
from jobs.conform.text import clean, literal
from jobs.contracts import DELETED, Contract, Join, TableContract
from jobs.contracts.checks import OCCURRED
from jobs.lake import Partition, matches
from jobs.landing import delivered
from jobs.ledger import Entry
from jobs.settings import Settings
from jobs.sources.rows import RETURN_CODE, RETURN_REASON
from jobs.steps import Context
from jobs.steps.staging import PROVENANCE_NAMES, fed_by, is_refused, staging, withdrawing, withdrawn
from jobs.steps.suites import record_lag_d, suite_of
from jobs.tables import CELLS, PROVENANCE, SILVER, source_table
from jobs.tables.table import EVENT_TIME

Cell = Callable[[str], Column]
"""Gives the text of a heading's cell in the row at hand."""

RAW = "_raw_cells"
"""The row's own cells as received; `_cells` has them as they are read, and may hold those of joined rows as well."""

READ_CELLS = "array<struct<heading:string,text:string,written:string,is_filled:boolean>>"
AS_READ = (
    "transform(_cells, cell -> named_struct('heading', cell.heading, 'text', coalesce(cell.filled, cell.text), "
    "'written', cell.text, 'is_filled', cell.filled IS NOT NULL))"
)


def run(context: Context, contract: Contract, partition: Partition, entry: Entry) -> None:
    """Stage the partition's rows, conformed and flagged, one Parquet folder per source table."""
    folder = staging(context.settings, partition)
    bronze = {name: bronze_rows(context, contract, partition, name) for name in contract.reads.sources}
    lexicons = lexicons_of(contract, context.settings)
    for name in bronze:
        if tables := fed_by(contract, name):
            drives = with_joined(bronze, contract, name)
            beside = headings_beside(bronze, contract, name)
            frame = conformed(drives, contract, name, tables, partition, lexicons, beside)
        else:
            frame = looked_up(bronze, contract, name)
        frame.write.mode("overwrite").parquet(str(folder / name))
    entry.facts["staged"] = list(bronze)
    entry.facts["lexicons"] = {lexicon.name: lexicon.digest for lexicon in lexicons.values()}


def lexicons_of(contract: Contract, settings: Settings) -> dict[str, Lexicon]:
    """The lexicon that reads each silver table's free text, where the contract asks for tags."""
    return {
        name: load_lexicon(settings.lexicons / f"{feed.tags.lexicon}.csv")
        for name, feed in contract.tables.items()
        if feed.tags
    }


def bronze_rows(context: Context, contract: Contract, partition: Partition, name: str) -> DataFrame:
    """One source table's rows of the partition that hold data; their own cells as `_raw_cells` as well."""
    if not contract.reads.has_columns:
        rows = context.lake.read(CELLS).where(matches(partition.where))
        rows = rows.where((F.col("_kind") == "data") & (F.col("_table") == name))
        return rows.withColumns({RAW: F.col("_cells"), "_cells": F.expr(AS_READ)})
    delivery = delivered(context.settings.landing_dir, partition.source, partition.delivery_date)
    paths = [str(delivery.path(file)) for file in delivery.of(name)]
    headings = context.spark.read.option("mergeSchema", "true").parquet(*paths).columns
    rows = context.lake.read(context.lake.widened(source_table(contract.source, name, headings)))
    none = [F.lit(None).cast("string").alias(name) for name in ("display_format", "filled")]
    cells = [F.struct(F.lit(h).alias("heading"), F.col(f"`{h}`").alias("text"), *none) for h in headings]
    own = [*(field.name for field in PROVENANCE), *(f"`{h}`" for h in headings)]
    return rows.where(matches(partition.where)).select(*own, F.array(*cells).alias(RAW))


def cell_in(rows: DataFrame, contract: Contract) -> Cell:
    """How a heading's text is found: in a column of that name, or in the cell that stands under it; null where none is."""
    if contract.reads.has_columns:
        there = set(rows.columns)
        return lambda heading: F.col(f"`{heading}`") if heading in there else F.lit(None).cast("string")
    return partial(_cell_under, "_cells")


def _cell_under(cells: str, heading: str) -> Column:
    """The text of the first cell under a heading (without a lambda: those that Python builds cost 20 ms each)."""
    place = F.array_position(F.col(f"{cells}.heading"), heading)
    return F.get(f"{cells}.text", (place - 1).cast("int"))


def joins_of(contract: Contract, name: str) -> list[Join]:
    """The joins of the silver tables that a source table feeds."""
    found = [join for table in fed_by(contract, name) for join in contract.tables[table].join]
    return [join for i, join in enumerate(found) if join not in found[:i]]


def key_of(join: Join, side: int, cell: Cell) -> list[Column]:
    """A join's key in the rows joined to (side 0) or in the joined ones (side 1)."""
    return [cell(pair[side]).alias(f"_key_{i}") for i, pair in enumerate(join.pairs)]


def with_joined(bronze: Mapping[str, DataFrame], contract: Contract, name: str) -> DataFrame:
    """A source table's rows with the cells of the rows that its joins bring, at most one each."""
    rows = bronze[name]
    for join in joins_of(contract, name):
        other = bronze[join.table]
        keys = [f"_key_{i}" for i in range(len(join.pairs))]
        if contract.reads.has_columns:
            brought = [column for column in other.columns if column not in rows.columns]
        else:
            other, brought = other.withColumnRenamed("_cells", "_joined_cells"), ["_joined_cells"]
        cell = cell_in(other, contract) if contract.reads.has_columns else partial(_cell_under, "_joined_cells")
        first = F.min_by(F.struct(*brought), F.struct("_file", "_row")).alias("_joined")
        found = other.groupBy(*key_of(join, 1, cell)).agg(first)
        here = key_of(join, 0, cell_in(rows, contract))
        rows = rows.select("*", *here).join(found, keys, "left").select(*rows.columns, "_joined.*")
        if "_joined_cells" in rows.columns:
            both = F.concat("_cells", F.coalesce("_joined_cells", F.array().cast(READ_CELLS)))
            rows = rows.withColumn("_cells", both).drop("_joined_cells")
    return rows


def headings_beside(bronze: Mapping[str, DataFrame], contract: Contract, name: str) -> set[str]:
    """The headings of the tables joined to a source table, where the contract refuses the rows that lack a column."""
    others = [bronze[join.table] for join in joins_of(contract, name)]
    if contract.on_missing_column != "quarantine":
        return set()
    if contract.reads.has_columns:
        return {column for other in others for column in other.columns}
    found = [other.select(F.explode("_cells.heading").alias("heading")).distinct().collect() for other in others]
    return {row["heading"] for rows in found for row in rows}


def conformed(
    frame: DataFrame,
    contract: Contract,
    name: str,
    tables: Sequence[str],
    partition: Partition,
    lexicons: Mapping[str, Lexicon],
    beside: Collection[str] = (),
) -> DataFrame:
    """Rows that drive silver tables: a struct per table, and all reasons to refuse the row.

    `beside` are the headings that the joined tables bring.

    A table that the row does not feed (`where`) neither gets a struct nor adds a reason. A row that withdraws a record
    (`withdrawn_when`) feeds no table; it is refused where none of the keys that it is to withdraw can be read.
    """
    cell, ending = cell_in(frame, contract), withdrawing(contract, name)
    frame = with_withdrawals_said(frame, contract, ending, cell)
    for table in tables:
        feed = contract.tables[table]
        lag, nothing, is_kept = record_lag_d(contract), contract.reads.nothing, contract.on_bad_value == "ignore"
        cells = None if contract.reads.has_columns else "_cells"
        frame = conform_table(frame, table, feed, cell, lag, nothing, is_kept, lexicons.get(table), cells)
    says = {table: F.col(f"_says_{table}") & _may_feed(table, contract.tables[table]) for table in ending}
    keys = {table: F.col(f"{table}.{SILVER[table].key[0]}") for table in ending}
    frame = frame.select("*", *(F.when(says[table], keys[table]).alias(f"_withdrawn_{table}") for table in ending))
    is_record = ~reduce(or_, [F.col(f"_says_{table}") for table in ending], F.lit(False))
    fed = {table: is_record & is_fed(table, contract.tables[table]) for table in tables}
    found = [F.when(is_record, _odd_columns(contract, name, beside))]
    found += [F.when(fed[t], all_reasons(t, contract, partition)) for t in tables]
    found += [F.when(says[t] & F.coalesce(*map(withdrawn, ending)).isNull(), _unread_key(t)) for t in ending]
    warned = [F.when(fed[t], F.col(f"_warnings_{t}")) for t in tables]
    return _staged(
        frame,
        reasons=F.array_distinct(F.flatten(F.array_compact(F.array(*found)))),
        warnings=F.array_distinct(F.flatten(F.array_compact(F.array(*warned)))),
        structs=[*(F.when(fed[t], F.col(t)).alias(t) for t in tables), *(F.col(f"_withdrawn_{t}") for t in ending)],
    )


def with_withdrawals_said(frame: DataFrame, contract: Contract, tables: Sequence[str], cell: Cell) -> DataFrame:
    """The rows with `_says_<table>`: whether a row's cells say that it withdraws the table's record of its key."""
    words = {table: contract.withdrawals(table) for table in tables}
    at = {heading: f"_flag_{i}" for i, heading in enumerate(dict.fromkeys(h for of in words.values() for h in of))}
    flagged = frame.select("*", *(cell(heading).alias(flag) for heading, flag in at.items()))
    flagged = flagged.select(*frame.columns, *(code_key(clean(flag)).alias(flag) for flag in at.values()))
    says = {
        t: reduce(or_, [is_among(F.col(at[heading]), said) for heading, said in of.items()]) for t, of in words.items()
    }
    return flagged.select(*frame.columns, *(said.alias(f"_says_{table}") for table, said in says.items()))


def _may_feed(table: str, feed: TableContract) -> Column:
    """Whether nothing in a row says that it belongs to another table: a row that withdraws may leave `where` empty."""
    conditions = [
        F.coalesce(F.col(f"{table}.{name}").isin(*values), F.lit(True)) for name, values in feed.where.items()
    ]
    return reduce(and_, conditions, F.lit(True))


def _unread_key(table: str) -> Column:
    """Why the key of a row that withdraws a record cannot be read."""
    return F.expr(f"filter(_reasons_{table}, reason -> reason.column = '{SILVER[table].key[0]}')")


def _odd_columns(contract: Contract, name: str, beside: Collection[str]) -> Column:
    """Reasons for the columns that a row lacks or has too many, where the contract quarantines for them, each by name."""
    found: list[Column] = []
    new = F.array().cast(NO_REASONS)
    needs = list(dict.fromkeys(a for every in contract.headings(name).values() for a in every))
    if contract.on_missing_column == "quarantine":
        for alternatives in (one for one in needs if one != (DELETED,) and not {*one} & {*beside}):
            is_missing = ~F.arrays_overlap(f"{RAW}.heading", F.array(*map(F.lit, alternatives)))
            why = _reason("absent_column", alternatives[0], f"the column {' or '.join(alternatives)}")
            found.append(F.when(is_missing, why))
    if contract.on_new_column == "quarantine":
        known = [RETURN_REASON, RETURN_CODE, "", *(heading for alternatives in needs for heading in alternatives)]
        is_new = f"cell.heading NOT IN ({', '.join(map(literal, known))}) AND trim(cell.text) != ''"
        why = "'new_column' AS code, cell.heading AS column, cell.text AS value, 'a column that the contract knows' AS expected"
        new = F.expr(f"transform(filter({RAW}, cell -> {is_new}), cell -> struct({why}))").cast(NO_REASONS)
    return F.concat(F.array_compact(F.array(*found)).cast(NO_REASONS), new)


def is_fed(table: str, feed: TableContract) -> Column:
    """Whether a row feeds a silver table: its canonical values are those that `where` names."""
    conditions = [F.col(f"{table}.{name}").isin(*values) for name, values in feed.where.items()]
    return reduce(and_, [F.coalesce(condition, F.lit(False)) for condition in conditions], F.lit(True))


def all_reasons(table: str, contract: Contract, partition: Partition) -> Column:
    """Why a row cannot be read, and which row rules it breaks; a cell that cannot be read is not blamed twice."""
    unread = F.col(f"_reasons_{table}")
    rules = compile_rules(suite_of(table, contract, partition.delivery_date))
    broken = reasons(rules, lambda name: F.col(f"{table}.{name}"), F.lit(True))
    blamed = F.transform(unread, lambda reason: reason["column"])
    no_time = F.array_contains(blamed, OCCURRED)

    def is_news(reason: Column) -> Column:
        follows_from_time = no_time & reason["column"].isin(*(field.name for field in EVENT_TIME))
        return ~F.array_contains(blamed, reason["column"]) & ~follows_from_time

    return F.concat(unread, F.filter(broken, is_news))


def looked_up(bronze: Mapping[str, DataFrame], contract: Contract, name: str) -> DataFrame:
    """Rows that others join: refused where no row joins them, or where another of the key came first."""
    rows = bronze[name].withColumn("_cells", F.col(RAW)) if contract.reads.has_columns else bronze[name]
    problems: list[Column] = []
    for i, (driver, join) in enumerate(_joining(contract, name)):
        keys = [f"_key_{n}" for n in range(len(join.pairs))]
        used = bronze[driver].select(*key_of(join, 0, cell_in(bronze[driver], contract))).distinct()
        cells = cell_in(bronze[name], contract)
        ranked = rows.select("*", *key_of(join, 1, cells)).withColumn(
            f"_rank_{i}", F.row_number().over(Window.partitionBy(*keys).orderBy("_file", "_row"))
        )
        rows = ranked.join(used.withColumn(f"_is_used_{i}", F.lit(True)), keys, "left").drop(*keys)
        where = ", ".join(there for _, there in join.pairs)
        problems.append(
            F.when(
                F.col(f"_is_used_{i}").isNull(), _reason("orphan", where, f"a row of {driver} that it belongs to")
            ).when(F.col(f"_rank_{i}") > 1, _reason("second_match", where, "one row for each key"))
        )
    every = F.array_compact(F.array(*problems))
    none = F.array().cast(NO_REASONS)
    return _staged(rows, F.when(F.size(every) == len(problems), every).otherwise(none), none, [])


def _joining(contract: Contract, name: str) -> list[tuple[str, Join]]:
    """The joins that bring a source table, with the source table joined to."""
    drivers = [source for source in contract.reads.sources if fed_by(contract, source)]
    return [(driver, join) for driver in drivers for join in joins_of(contract, driver) if join.table == name]


def _reason(code: str, column: str, expected: str) -> Column:
    return F.struct(
        F.lit(code).alias("code"),
        F.lit(column).alias("column"),
        F.lit(None).cast("string").alias("value"),
        F.lit(expected).alias("expected"),
    )


def _staged(frame: DataFrame, reasons: Column, warnings: Column, structs: Sequence[Column]) -> DataFrame:
    """Staged rows; raw cells are kept for refused rows only."""
    flagged = frame.select(*PROVENANCE_NAMES, RAW, reasons.alias("_reasons"), warnings.alias("_warnings"), *structs)
    return flagged.withColumn("_cells", F.when(is_refused(), F.col(RAW))).drop(RAW)
