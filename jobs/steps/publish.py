"""publish: commit a checked partition's rows to the silver tables, the quarantine, and what counts now.

It only rolls forward: after a crash the same staged rows are committed to the tables still missing them (law 3).
"""

import json
from datetime import date

from pyspark.sql import DataFrame

from jobs.contracts import Contract
from jobs.current import refused_keys, union, withdrawn_keys
from jobs.errors import DataError, YejiError
from jobs.lake import Commit, Delivered, Partition
from jobs.ledger import Entry
from jobs.steps import Context, complete_on
from jobs.steps.staging import (
    clear,
    fed_by,
    quarantined_rows,
    silver_rows,
    staged,
    withdrawal_rows,
    withdrawing,
)
from jobs.tables import QUARANTINE, SILVER, WITHDRAWAL, Table


def run(context: Context, contract: Contract, partition: Partition, entry: Entry) -> None:
    """Publish one attempt of a partition that has passed `check`."""
    checked = verdict_of(context, partition)
    facts = {"contract": contract.digest, "content_hash": checked["content_hash"]}
    rows = {name: staged(context, partition, name) for name in contract.reads.sources}
    valid = {t: silver_rows(frame, t) for name, frame in rows.items() for t in fed_by(contract, name)}
    refused = union([quarantined_rows(frame, fed_by(contract, name)) for name, frame in rows.items()])
    commits = {table: _commit(context, SILVER[table], frame, partition, facts) for table, frame in valid.items()}
    commits[QUARANTINE.name] = _commit(context, QUARANTINE, refused, partition, facts)
    withdrawals = [withdrawal_rows(frame, t) for name, frame in rows.items() for t in withdrawing(contract, name)]
    withdrawn = union([context.spark.createDataFrame([], WITHDRAWAL.schema), *withdrawals])
    if withdrawals or context.lake.holds(WITHDRAWAL, partition.where):
        commits[WITHDRAWAL.name] = _commit(context, WITHDRAWAL, withdrawn, partition, facts)
    expected = {
        **checked["silver"],
        QUARANTINE.name: checked["rows_quarantined"],
        WITHDRAWAL.name: sum(checked["withdrawn"].values()),
    }
    for table, commit in commits.items():
        _same_rows(table, commit, expected[table], partition)
    dates = {partition.delivery_date, *dates_of(context, partition.source)}
    is_first = not any(commit.replaced for commit in commits.values())
    for table, frame in valid.items():
        delivered = Delivered(partition, max(dates), complete_on(context, contract, table, dates), is_first)
        gone, doubted = withdrawn_keys(withdrawn, SILVER[table]), refused_keys(refused, SILVER[table])
        context.lake.refresh_current(SILVER[table], frame, gone, doubted, delivered)
    entry.counts |= {name: checked[name] for name in ("rows_valid", "rows_quarantined", "content_hash")}
    entry.facts["table_versions"] = {table: commit.version for table, commit in commits.items()}
    clear(context.settings, partition)


def dates_of(context: Context, source: str) -> list[date]:
    """The dates of the source's deliveries that are published, or on their way."""
    known = context.ledger.published() | context.ledger.half_published()
    return [date.fromisoformat(delivery_date) for name, delivery_date in known if name == source]


def verdict_of(context: Context, partition: Partition) -> dict:
    """What `check` found of this attempt; a DataError where it has not let it pass."""
    runs = context.ledger.runs(partition.source, str(partition.delivery_date))
    passed = [r for r in runs if r["step"] == "check" and r["attempt"] == partition.attempt and r["status"] == "done"]
    if not passed:
        raise DataError(f"{partition}: attempt {partition.attempt} has no passed check; nothing was published")
    return {**passed[-1], **json.loads(passed[-1]["facts"])}


def _commit(context: Context, table: Table, rows: DataFrame, partition: Partition, facts: dict) -> Commit:
    return context.lake.replace_partition(table, rows, partition, facts)


def _same_rows(table: str, commit: Commit, expected: int, partition: Partition) -> None:
    """The commit holds as many rows as `check` saw; if not, the attempt was cleared half-way after publishing."""
    if commit.rows != expected:
        raise YejiError(
            f"{partition}: {table} holds {commit.rows} rows of attempt {partition.attempt}, but {expected} were checked. "
            "The attempt was already published with other rows: run it again from `land`, which takes a new attempt."
        )
