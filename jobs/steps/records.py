"""The records of a silver table that count: now, or as a past day's deliveries had them."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.contracts import Contract
from jobs.contracts.document import nearest
from jobs.current import union
from jobs.errors import UsageError
from jobs.steps import Context, complete_on
from jobs.tables import CURRENT, SILVER


def records(
    context: Context, table: str, source: str | None = None, as_of: date | None = None, keys: Collection[str] = ()
) -> Iterator[dict[str, Any]]:
    """The records of one source or of all, by source and key: columns without their underscores, and the row's state.

    `is_withdrawn` and `newest_refused_on` say what is wrong with a record; with `as_of`, as it was on that day. Raises
    UsageError where there is no such table or source, or where it had delivered nothing by then.
    """
    if table not in SILVER:
        raise UsageError(f"no table {table}{nearest(table, SILVER)}; there are {', '.join(SILVER)}")
    rows = union([counted(context, contract, table, as_of) for contract in _sources(context, table, source, as_of)])
    key = SILVER[table].key[0]
    rows = (rows.where(F.col(key).isin(*keys)) if keys else rows).orderBy("_source", key)
    return (
        {n.removeprefix("_"): value for n, value in row.asDict(recursive=True).items()}
        for row in rows.toLocalIterator()
    )


def counted(context: Context, contract: Contract, table: str, as_of: date | None) -> DataFrame:
    """What counts of a source's published deliveries, now or of those up to a day."""
    half = {date.fromisoformat(day) for name, day in context.ledger.half_published() if name == contract.source}
    if as_of is None and not half:
        return context.lake.read(CURRENT[table]).where(F.col("_source") == contract.source)
    until = as_of or date.max
    complete = complete_on(
        context, contract, table, [day for day in published(context, contract.source) if day <= until]
    )
    return context.lake.counting(SILVER[table], contract.source, complete, until, without=half)


def published(context: Context, source: str) -> list[date]:
    """The delivery dates of a source whose publishing is finished, oldest first."""
    return sorted(date.fromisoformat(day) for name, day in context.ledger.published() if name == source)


def _sources(context: Context, table: str, source: str | None, as_of: date | None) -> list[Contract]:
    """The contracts that fill the table and had published something: the one that is asked for, or all."""
    contracts = [context.contract(source)] if source else list(context.contracts.values())
    filling = [contract for contract in contracts if table in contract.tables]
    if not filling:
        raise UsageError(f"{source}: its contract fills no {table}" if source else f"no contract fills {table}")
    started = [c for c in filling if (days := published(context, c.source)) and days[0] <= (as_of or date.max)]
    if not started:
        by = f" by {as_of}" if as_of else " yet"
        raise UsageError(f"{source or table}: nothing was published{by}; `yeji partitions` lists what was taken in")
    return started


def told(found: Iterable[Mapping[str, Any]], table: str, keys: Collection[str] = ()) -> Iterator[str]:
    """Lines for people: two a record, one for each of `keys` that has none, and what it comes to."""
    key, own = SILVER[table].key[0], [name for name in SILVER[table].names if not name.startswith("_")]
    tally, missing = Counter[str](), dict.fromkeys(keys)
    for row in found:
        place = " ".join(str(part) for part in (row["file"], row["sheet"], f"row {row['row']}") if part)
        yield f"{row[key]}  {_state(row)}  {row['source']} {row['delivery_date']} {place}"
        yield "    " + "  ".join(f"{name} {row[name]}" for name in own if name != key and row[name] not in (None, []))
        tally["records"] += 1
        tally["withdrawn"] += row["is_withdrawn"]
        tally["in doubt"] += row["newest_refused_on"] is not None
        missing.pop(row[key], None)
    yield from (f"{one}  no such record" for one in missing)
    yield f"{table}: {tally['records']:,} records, {tally['withdrawn']:,} of them withdrawn, {tally['in doubt']:,} in doubt"


def _state(row: Mapping[str, Any]) -> str:
    """Whether a record counts, and what came after it."""
    state = "withdrawn" if row["is_withdrawn"] else "counts"
    if row["newest_refused_on"]:
        state += f", in doubt since {row['newest_refused_on']}: what came then was refused, or is another record"
    return state
