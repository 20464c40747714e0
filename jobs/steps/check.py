"""check: one verdict on the whole conformed batch, over all tables of the partition, before anything is published."""

from datetime import UTC, datetime

from expectations.rules import TableCounts, measure
from expectations.validate import validate
from jobs.contracts import Contract
from jobs.errors import DataError, YejiError
from jobs.lake import Partition
from jobs.ledger import Entry
from jobs.steps import Context
from jobs.steps.hierarchy import hierarchy_of
from jobs.steps.staging import Tally, combined_hash, fed_by, staged, suite_of, tally


def run(context: Context, contract: Contract, partition: Partition, entry: Entry) -> None:
    """Judge one attempt's staged rows. Raises DataError where a critical expectation stops the partition."""
    tallies: list[Tally] = []
    measured: dict[str, TableCounts] = {}
    frames = {name: staged(context, partition, name) for name in contract.reads.sources}
    for name, rows in frames.items():
        tables = fed_by(contract, name)
        tallies.append(tally(rows, tables))
        measured |= measure(rows, {table: suite_of(table, contract, partition) for table in tables})
    entry.counts |= {
        "rows_valid": sum(one.valid for one in tallies),
        "rows_quarantined": sum(one.quarantined for one in tallies),
        "content_hash": combined_hash(tallies),
    }
    hierarchy = hierarchy_of(context, contract, frames)
    entry.facts |= {
        "silver": {table: count for one in tallies for table, count in one.silver.items()},
        "reasons": {code: count for one in tallies for code, count in one.reasons.items()},
        "warnings": {code: count for one in tallies for code, count in one.warnings.items()} | hierarchy.warnings,
    }
    conserve(context, partition, entry)
    verdict = validate(
        measured,
        {table: suite_of(table, contract, partition) for table in measured},
        source=contract.source,
        delivery_date=str(partition.delivery_date),
        attempt=partition.attempt,
        checked_at=datetime.now(UTC),
        folder=context.settings.quality_dir,
    )
    entry.facts["verdict"] = {**verdict.to_dict(), "warnings": hierarchy.sentences}
    if verdict.stops:
        raise DataError(f"{partition}: nothing was published. {'; '.join(verdict.sentences(stopping=True))}")


def conserve(context: Context, partition: Partition, entry: Entry) -> None:
    """Law 1: rows read = valid + quarantined + set aside."""
    runs = context.ledger.runs(partition.source, str(partition.delivery_date))
    landed = [r for r in runs if r["step"] == "land" and r["attempt"] == partition.attempt and r["status"] == "done"][
        -1
    ]
    kept = entry.counts["rows_valid"] + entry.counts["rows_quarantined"] + landed["rows_set_aside"]
    if kept != landed["rows_in"]:
        raise YejiError(
            f"{partition}: {landed['rows_in']} rows were read, but {kept} have a fate; this is a fault of the platform"
        )
