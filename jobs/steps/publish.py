"""publish: commit a checked partition's rows to the silver tables, the quarantine, and what counts now.

It only rolls forward: after a crash the same staged rows are committed to the tables still missing them (law 3).
"""

import json
from functools import reduce

from pyspark.sql import DataFrame

from jobs.contracts import Contract
from jobs.errors import DataError, YejiError
from jobs.lake import Commit, Partition
from jobs.ledger import Entry
from jobs.steps import Context
from jobs.steps.staging import clear, fed_by, quarantined_rows, silver_rows, staged
from jobs.tables import QUARANTINE, SILVER, Table


def run(context: Context, contract: Contract, partition: Partition, entry: Entry) -> None:
    """Publish one attempt of a partition that has passed `check`."""
    checked = verdict_of(context, partition)
    facts = {"contract": contract.digest, "content_hash": checked["content_hash"]}
    versions: dict[str, int] = {}
    refused: list[DataFrame] = []
    for name in contract.reads.sources:
        rows = staged(context, partition, name)
        refused.append(quarantined_rows(rows))
        for table in fed_by(contract, name):
            valid = silver_rows(rows, table)
            commit = _commit(context, SILVER[table], valid, partition, facts)
            _same_rows(table, commit, checked["silver"][table], partition)
            context.lake.refresh_current(SILVER[table], valid, partition, commit.replaced)
            versions[table] = commit.version
    quarantined = reduce(DataFrame.unionByName, refused)
    commit = _commit(context, QUARANTINE, quarantined, partition, facts)
    _same_rows(QUARANTINE.name, commit, checked["rows_quarantined"], partition)
    versions[QUARANTINE.name] = commit.version
    entry.counts |= {name: checked[name] for name in ("rows_valid", "rows_quarantined", "content_hash")}
    entry.facts["table_versions"] = versions
    clear(context.settings, partition)


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
