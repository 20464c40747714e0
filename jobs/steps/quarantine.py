"""The quarantine, read: what a firm gets back of a delivery, and which refused rows a later delivery has mended.

A refused row is resolved by the first later delivery whose row carried its return code and was accepted. A row that was
sent again under a code and refused again goes on under both: either resolves both. Of a source that delivers everything, a
later delivery of the whole table resolves it too where a valid record has its key. That is derived from bronze and silver
each time it is asked for: nothing is written, least of all into the older partition.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.conform.text import narrow
from jobs.contracts import Contract
from jobs.current import union
from jobs.errors import DataError
from jobs.lake import matches
from jobs.landing import delivered
from jobs.returned import Reason, RefusedRow, ReturnedFile, return_delivery, write_refusals
from jobs.returned.sentences import of_doubtful_keys
from jobs.sources.codes import ALPHABET, CHECKS, HASH_DIGITS, LETTERS, MISREAD_FROM, MISREAD_TO, PRIME, SEPARATOR
from jobs.sources.rows import RETURN_CODE
from jobs.steps import Context
from jobs.steps.conform import cell_in
from jobs.steps.records import published
from jobs.tables import CELLS, QUARANTINE, SILVER

BASE_32 = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
"""Spark's own digits to the base 32."""


def give_back(
    context: Context, contract: Contract, delivery_date: date, folder: Path, refused_only: bool
) -> list[ReturnedFile]:
    """Write the returned workbooks of one delivery into a folder; of one that was refused at its landing, why it was."""
    if delivery_date not in published(context, contract.source):
        if not contract.reads.has_columns and (why := refused_because(context, contract.source, delivery_date)):
            return [write_refusals(contract, delivery_date, why, folder, is_all=True)]
        raise DataError(
            f"{contract.source}|{delivery_date}: it is not published, so nothing is known of its rows; run "
            f"`yeji ingest {contract.source} --delivery {delivery_date}`, and mend what it says"
        )
    delivery = delivered(context.settings.landing_dir, contract.source, delivery_date)
    refused = context.ledger.refused_files(contract.source).get(str(delivery_date), [])
    places = {(file["table"], file["name"]) for file in refused}
    delivery = replace(delivery, files=tuple(f for f in delivery.files if (f.table, f.name) not in places))
    rows, notes = refused_rows(context, contract, delivery_date), notes_of(context, contract.source, delivery_date)
    why = list(dict.fromkeys(file.get("korean") or file["sentence"] for file in refused))
    limits = context.settings.reader_limits
    written = return_delivery(contract, delivery, rows, folder, refused_only, notes, why, limits)
    return written if written or not why else [write_refusals(contract, delivery_date, why, folder, is_all=False)]


def refused_because(context: Context, source: str, delivery_date: date) -> list[str]:
    """What the firm is told of a delivery that was refused whole, a sentence each; nothing where it was not."""
    wanted = (source, str(delivery_date))
    found = (p for p in context.ledger.partitions() if (p["source"], p["delivery_date"]) == wanted)
    return [line for p in found if p["status"] == "refused" for line in (p["error_korean"] or "").splitlines()]


def notes_of(context: Context, source: str, delivery_date: date) -> list[str]:
    """What a firm is told of files that no table reads, and of rows that were accepted and do not count."""
    unread = [file["korean"] for file in context.ledger.unread_files(source).get(str(delivery_date), ())]
    facts = json.loads(context.ledger.last_checks(source)[str(delivery_date)]["facts"])
    return unread + [of_doubtful_keys(one["kind"], one["rows"], one["keys"]) for one in facts.get("doubtful_keys", ())]


def refused_rows(context: Context, contract: Contract, delivery_date: date) -> Iterator[RefusedRow]:
    """The rows of one delivery that were refused, by their place."""
    rows = of_days(context.lake.read(QUARANTINE), contract.source, [delivery_date])
    for row in rows.orderBy("_table", "_file", "_sheet", "_row").toLocalIterator():
        yield RefusedRow(
            table=row["_table"],
            file=row["_file"],
            sheet=row["_sheet"],
            row=row["_row"],
            row_hash=row["_row_hash"],
            cells=[(cell["heading"], cell["filled"] or cell["text"]) for cell in row["_cells"]],
            reasons=[Reason(**reason.asDict()) for reason in row["reasons"]],
        )


def quarantined(context: Context, contract: Contract) -> DataFrame:
    """Every refused row of a source's published deliveries: its `return_code`, place, `reasons`, and `resolved_by`.

    `resolved_by` is the date of the first later delivery that mended the row; null while it is open.
    """
    days = published(context, contract.source)
    refused = of_days(context.lake.read(QUARANTINE), contract.source, days).withColumn("return_code", return_code())
    found = [refused.select("return_code", F.lit(None).cast("date").alias("on")).limit(0)]
    if not contract.reads.has_columns:
        found.append(mended(refused, carried_codes(context, contract, days)))
    if contract.delivers == "everything":
        found += [valid_since(context, contract, table, refused, days) for table in contract.tables]
    resolved = union(found).groupBy("return_code").agg(F.min("on").alias("resolved_by"))
    columns = ("return_code", "_delivery_date", "_table", "_file", "_sheet", "_row", "reasons", "resolved_by")
    return refused.join(resolved, "return_code", "left").select(*columns)


def listed(context: Context, contract: Contract, is_open: bool) -> Iterator[dict[str, Any]]:
    """The rows of `quarantined` by delivery and place, without the underscores; only the open ones where asked so."""
    rows = quarantined(context, contract)
    rows = rows.where(F.col("resolved_by").isNull()) if is_open else rows
    for row in rows.orderBy("_delivery_date", "_table", "_file", "_sheet", "_row").toLocalIterator():
        yield {name.removeprefix("_"): value for name, value in row.asDict(recursive=True).items()}


def carried_codes(context: Context, contract: Contract, days: Iterable[date]) -> DataFrame:
    """The return codes that the rows of a source's deliveries carried, each with its row's `place`, table and delivery."""
    rows = of_days(context.lake.read(CELLS), contract.source, days).where(F.col("_kind") == "data")
    carried = rows.withColumn("typed", cell_in(rows, contract)(RETURN_CODE)).where(F.col("typed").isNotNull())
    word = F.explode(F.split(F.upper(narrow(F.col("typed"))), r"[\s,;/]+"))
    codes = carried.select("_delivery_date", "_table", place().alias("place"), word.alias("word"))
    return codes.select("_delivery_date", "_table", "place", read_code(F.col("word")).alias("carried"))


def mended(refused: DataFrame, carried: DataFrame) -> DataFrame:
    """Return codes of `refused` rows, each with a later delivery (`on`) that `carried` it, or one of its family, in a row of
    the same table that was not refused."""
    at = refused.select(place().alias("place"), "return_code")
    links = carried.join(at, "place").select("return_code", "carried").distinct()
    known = families((row["return_code"], row["carried"]) for row in links.toLocalIterator())
    roots = refused.sparkSession.createDataFrame(list(known.items()), "code string, root string")
    own = refused.join(roots, F.col("return_code") == F.col("code"), "left")
    own = own.select("return_code", "_delivery_date", "_table", F.coalesce("root", "return_code").alias("family"))
    accepted = carried.join(at, "place", "left_anti").join(roots, F.col("carried") == F.col("code"), "left")
    accepted = accepted.select(
        F.col("_delivery_date").alias("on"),
        F.col("_table").alias("in_table"),
        F.coalesce("root", "carried").alias("family"),
    )
    later = (F.col("on") > F.col("_delivery_date")) & (F.col("in_table") == F.col("_table"))
    return own.join(accepted, "family").where(later).select("return_code", "on")


def families(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Codes of one row, sent and refused again and again -> one of them; `links` are pairs of codes of the same row."""
    above: dict[str, str] = {}

    def root(code: str) -> str:
        while (higher := above.setdefault(code, code)) != code:
            code = higher
        return code

    for one, other in links:
        above[root(one)] = root(other)
    return {code: root(code) for code in above}


def valid_since(
    context: Context, contract: Contract, table: str, refused: DataFrame, days: Collection[date]
) -> DataFrame:
    """Return codes of `refused` rows, each with a later delivery (`on`) of the whole silver table with a valid record under
    the row's key; not where the row's own delivery had one, which the later may be."""
    part = {date.fromisoformat(day) for day in context.ledger.incomplete(contract.source, contract.feeds(table))}
    rows = of_days(context.lake.read(SILVER[table]), contract.source, days)
    valid = rows.select(F.col(SILVER[table].key[0]).alias("key"), F.col("_delivery_date").alias("on"))
    each = refused.select("return_code", "_delivery_date", F.explode("record_keys").alias("of"))
    named = each.where(F.col("of.table") == table).select("return_code", "_delivery_date", F.col("of.key").alias("key"))
    twins = valid.withColumnRenamed("on", "_delivery_date")
    alone = named.join(twins, ["key", "_delivery_date"], "left_anti")
    whole = valid.where(F.col("on").isin([F.lit(day) for day in days if day not in part]))
    return alone.join(whole, "key").where(F.col("on") > F.col("_delivery_date")).select("return_code", "on")


def of_days(frame: DataFrame, source: str, days: Iterable[date]) -> DataFrame:
    """A table's rows of some deliveries of a source."""
    return frame.where(matches({"_source": source})).where(F.col("_delivery_date").isin([F.lit(day) for day in days]))


def place() -> Column:
    """Where a row stood, within its source."""
    return F.concat_ws(
        SEPARATOR,
        F.col("_delivery_date").cast("string"),
        "_table",
        "_file",
        F.coalesce("_sheet", F.lit("")),
        F.col("_row").cast("string"),
    )


def return_code() -> Column:
    """A row's return code, the same as `jobs.sources.codes.return_code` makes of its place and hash."""
    digits = F.substring(F.sha2(F.concat_ws(SEPARATOR, "_source", place(), "_row_hash"), 256), 1, HASH_DIGITS)
    check = F.conv(digits, 16, 10).cast("bigint") % PRIME
    letters = F.lpad(F.conv(digits, 16, 32), LETTERS, "0")
    checks = F.lpad(F.conv(check.cast("string"), 10, 32), CHECKS, "0")
    return _grouped(F.translate(F.concat(letters, checks), BASE_32, ALPHABET))


def read_code(word: Column) -> Column:
    """A typed word as a return code is written, the same as `jobs.sources.codes.read_codes` reads it."""
    return _grouped(F.translate(F.regexp_replace(word, "[-‐‑–—−_.]", ""), MISREAD_FROM, MISREAD_TO))


def _grouped(plain: Column) -> Column:
    return F.regexp_replace(plain, "(.{4})(?=.)", "$1-")
