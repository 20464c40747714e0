"""check: one verdict on the whole conformed batch, over all tables of the partition, before anything is published."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from expectations.rules import TableCounts, measure
from expectations.suites import of_corrections
from expectations.trends import Delivery, trends
from expectations.validate import validate
from jobs.contracts import Contract
from jobs.errors import DataError, YejiError
from jobs.lake import Partition
from jobs.landing import delivered
from jobs.ledger import Entry
from jobs.steps import Context
from jobs.steps.hierarchy import hierarchy_of
from jobs.steps.keys import doubtful_keys
from jobs.steps.staging import Tally, combined_hash, fed_by, staged, suite_of, tally, withdrawing


def run(context: Context, contract: Contract, partition: Partition, entry: Entry) -> None:
    """Judge one attempt's staged rows. Raises DataError where a critical expectation stops the partition."""
    tallies: list[Tally] = []
    measured: dict[str, TableCounts] = {}
    frames = {name: staged(context, partition, name) for name in contract.reads.sources}
    is_correction = str(partition.delivery_date) in context.ledger.corrections(partition.source)
    suites = {table: suite_of(table, contract, partition) for table in contract.tables}
    if is_correction:
        suites = {table: of_corrections(suite) for table, suite in suites.items()}
    for name, rows in frames.items():
        tables = fed_by(contract, name)
        tallies.append(tally(rows, tables, withdrawing(contract, name)))
        measured |= measure(rows, {table: suites[table] for table in tables})
    entry.counts |= {
        "rows_valid": sum(one.valid for one in tallies),
        "rows_quarantined": sum(one.quarantined for one in tallies),
        "content_hash": combined_hash([one.hashes for one in tallies]),
    }
    hierarchy = hierarchy_of(context, contract, frames)
    doubtful = doubtful_keys(context, contract, partition, frames)
    doubted = {f"{one.kind} {one.column}": one.rows for one in doubtful}
    entry.facts |= {
        "records_hash": combined_hash([one.records for one in tallies]),
        "silver": {table: count for one in tallies for table, count in one.silver.items()},
        "withdrawn": {table: count for one in tallies for table, count in one.withdrawn.items()},
        "reasons": summed(one.reasons for one in tallies),
        "warnings": summed(one.warnings for one in tallies) | hierarchy.warnings | doubted,
        "repairs": summed(one.repairs for one in tallies),
        "doubtful_keys": [{**asdict(one), "sentence": one.sentence} for one in doubtful],
        "profile": {table: asdict(profile) for one in tallies for table, profile in one.profiles.items()},
        "received_after_d": received_after_d(context, partition),
    }
    entry.facts["trends"] = [] if is_correction else trends(Delivery.of(entry.facts), earlier(context, partition))
    conserve(context, partition, entry)
    if contract.on_bad_value == "freeze" and (bad := [why for why in entry.facts["reasons"] if why.startswith("bad_")]):
        raise DataError(
            f"{partition}: nothing was published: cells that cannot be read ({', '.join(bad)}), and the contract says "
            "on_bad_value: freeze; correct them and send the delivery again"
        )
    verdict = validate(
        measured,
        {table: suites[table] for table in measured if measured[table].rows or not is_correction},
        source=contract.source,
        delivery_date=str(partition.delivery_date),
        attempt=partition.attempt,
        checked_at=datetime.now(UTC),
        folder=context.settings.quality_dir,
    )
    entry.facts["verdict"] = {
        **verdict.to_dict(),
        "warnings": [*hierarchy.sentences, *(one.sentence for one in doubtful)],
    }
    if verdict.stops:
        raise DataError(f"{partition}: nothing was published. {'; '.join(verdict.sentences(stopping=True))}")


def summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts of several source tables as one."""
    return dict(sum((Counter(one) for one in counts), Counter()))


def received_after_d(context: Context, partition: Partition) -> float:
    """Days from the delivery's date to its receipt."""
    received = delivered(context.settings.landing_dir, partition.source, partition.delivery_date).received_at_utc
    return round((received.date() - partition.delivery_date).days, 1)


def earlier(context: Context, partition: Partition) -> list[Delivery]:
    """The source's published deliveries of earlier dates, oldest first; corrections alone are like no other."""
    published = {day for source, day in context.ledger.published() if source == partition.source}
    published -= context.ledger.corrections(partition.source)
    checks = context.ledger.last_checks(partition.source)
    return [
        Delivery.of(json.loads(check["facts"]))
        for day, check in sorted(checks.items())
        if day in published and day < str(partition.delivery_date)
    ]


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
