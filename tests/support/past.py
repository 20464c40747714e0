"""What counts of a source's records, in plain Python and key by key: the reference for `jobs.current`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from jobs.lake import Partition
from jobs.tables import QUARANTINE, SILVER, WITHDRAWAL, Table
from tests.support.silver import rows_of

MAINTENANCE = SILVER["maintenance"]
REFUSED, WITHDRAWN = "refused", "withdrawn"

Said = Mapping[str, Sequence[str]]
"""A delivery: by key, what its rows say one after the other: `text`, `text@tag` (another asset), a refused row, a tombstone."""

Counts = dict[str, tuple[str, date | None, bool]]
"""By key: the text that counts, newest_refused_on, is_withdrawn."""


def reference(deliveries: Mapping[date, Said], complete_on: date | None) -> Counts:
    """What counts; `complete_on` is the newest complete delivery of a source that delivers everything, else None."""
    found = {}
    for key in {key for said in deliveries.values() for key in said}:
        named = [day for day in sorted(deliveries) if deliveries[day].get(key)]
        accepted = {day: [text for text in deliveries[day][key] if text != REFUSED] for day in named}
        versions = {day: texts[-1] for day, texts in accepted.items() if texts}
        records = {day: text for day, text in versions.items() if text != WITHDRAWN}
        if not records:
            continue
        first = asset(records[min(records)])
        counts_on = max(day for day, text in records.items() if asset(text) == first)
        stands_on = max([counts_on, *(day for day, text in versions.items() if text == WITHDRAWN)])
        is_gone = versions.get(named[-1]) == WITHDRAWN
        is_missing = complete_on is not None and named[-1] < complete_on
        doubted_on = max((day for day in named if day > stands_on), default=None)
        found[key] = (records[counts_on].partition("@")[0], doubted_on, is_gone or is_missing)
    return found


def asset(text: str) -> str:
    """The asset that a row names; "" for the usual one."""
    return text.partition("@")[2]


def said_rows(spark: SparkSession, deliveries: Mapping[date, Said], attempt: int = 1) -> list[DataFrame]:
    """The maintenance rows of deliveries of source `a`, their withdrawals and their quarantine."""
    placed = [
        (day, "ab"[i // 2], f"sheet {i % 2}", 9 - i, key, text)  # the later sheet has the smaller row number
        for day, said in deliveries.items()
        for key, texts in said.items()
        for i, text in enumerate(texts)
    ]
    columns: Mapping[Table, Callable[[str, str], dict[str, Any]]] = {
        MAINTENANCE: lambda key, text: {
            "maintenance_id": key, "text": text.partition("@")[0], "equipment_tag": asset(text) or "P-101A",
        },
        WITHDRAWAL: lambda key, _: {"record_table": "maintenance", "record_key": key},
        QUARANTINE: lambda key, _: {"record_keys": [("maintenance", key)]},
    }  # fmt: skip
    frames = []
    for table, columns_of in columns.items():
        names = ["_delivery_date", "_file", "_sheet", "_row", *columns_of("", "")]
        rows = [(*place, *columns_of(key, text).values()) for *place, key, text in placed if _goes_to(text) is table]
        of_table = {name: [row[at] for row in rows] for at, name in enumerate(names)}
        frames.append(rows_of(spark, table, Partition("a", max(deliveries), attempt), of_table))
    return frames


def _goes_to(text: str) -> Table:
    return QUARANTINE if text == REFUSED else WITHDRAWAL if text == WITHDRAWN else MAINTENANCE


def counts(rows: DataFrame) -> Counts:
    """What rows of `maintenance_current` say."""
    return {r["maintenance_id"]: (r["text"], r["newest_refused_on"], r["is_withdrawn"]) for r in rows.collect()}
