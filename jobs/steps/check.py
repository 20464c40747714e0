"""check: one verdict on the whole conformed batch, over all tables of the partition, before anything is published."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from expectations.rules import TableCounts, measure
from expectations.suites import of_corrections
from expectations.trends import COMPARED, Delivery, trends
from expectations.validate import validate, write_docs
from jobs.contracts import Contract
from jobs.contracts.checks import DERIVED
from jobs.errors import DataError, YejiError
from jobs.lake import Partition
from jobs.landing import delivered
from jobs.ledger import Entry
from jobs.steps import Context
from jobs.steps.hierarchy import hierarchy_of
from jobs.steps.keys import doubtful_keys, most_missing
from jobs.steps.staging import Tally, combined_hash, fed_by, staged, tally, withdrawing
from jobs.steps.suites import suite_of


def run(context: Context, contract: Contract, partition: Partition, entry: Entry) -> None:
    """Judge one attempt's staged rows.

    Raises DataError where a critical expectation stops the partition, and where rows under return codes stand among others
    in what would withdraw most of the source's records, for then it is hardly meant as the whole of them.
    """
    tallies: list[Tally] = []
    measured: dict[str, TableCounts] = {}
    frames = {name: staged(context, partition, name) for name in contract.reads.sources}
    landed = context.ledger.landed(partition.source)[str(partition.delivery_date)]
    corrections = landed.get("corrections", [])
    suites = {table: suite_of(table, contract, partition.delivery_date) for table in contract.tables}
    corrected = {table for table in suites if contract.feeds(table) in corrections}
    suites = {table: of_corrections(suite) if table in corrected else suite for table, suite in suites.items()}
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
    repeating = [table for table, counts in measured.items() if counts.repeats(suites[table])]
    doubtful = doubtful_keys(context, contract, partition, frames, repeating)
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
        "received_after_d": received_after_d(context, contract, partition),
    }
    now = Delivery.of(str(partition.delivery_date), entry.facts)
    entry.facts["trends"] = [] if corrections else trends(now, earlier(context, contract, partition), filled(contract))
    conserve(context, partition, entry)
    suites = {table: suites[table] for table in measured if measured[table].rows or table not in corrected}
    rows = {table: frames[contract.feeds(table)] for table in suites}
    held = most_missing(context, contract, partition, frames) if landed.get("rows_with_codes") else None
    stopping = [*frozen(contract, entry.facts["reasons"]), *([str(held)] if held else [])]
    verdict, results = validate(measured, suites, rows, str(partition), stopping)
    told = [*hierarchy.sentences, *(one.sentence for one in doubtful), *left_out(entry.facts["warnings"])]
    entry.facts["verdict"] = {**verdict.to_dict(), "warnings": told}
    place = write_docs(
        context.settings.quality_dir,
        suites,
        verdict,
        results,
        source=contract.source,
        delivery_date=str(partition.delivery_date),
        attempt=partition.attempt,
        checked_at=datetime.now(UTC),
        unusual=[*told, *entry.facts["trends"]],
    )
    entry.facts["docs"] = context.settings.docs(place)
    if held:
        raise held
    if verdict.stops:
        raise DataError(f"{partition}: nothing was published. {'; '.join(verdict.sentences(stopping=True))}")


def summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts of several source tables as one."""
    return dict(sum((Counter(one) for one in counts), Counter()))


def left_out(warnings: Mapping[str, int]) -> list[str]:
    """A sentence for each column with cells that cannot be read, where the contract says to leave them out."""
    bad = {why.partition(" ")[2]: count for why, count in warnings.items() if why.startswith("bad_")}
    return [
        f"{column}: cells that cannot be read are left out (on_bad_value: ignore); rows: {count:,}"
        for column, count in bad.items()
    ]


def frozen(contract: Contract, reasons: Collection[str]) -> list[str]:
    """Why a delivery with cells that cannot be read stops, where the contract says so; nothing where it does not."""
    bad = [reason for reason in reasons if reason.startswith("bad_")]
    if contract.on_bad_value != "freeze" or not bad:
        return []
    return [
        f"cells that cannot be read ({', '.join(bad)}), and the contract says on_bad_value: freeze; correct them and send "
        "the delivery again"
    ]


def received_after_d(context: Context, contract: Contract, partition: Partition) -> int:
    """Days from the delivery's date to its receipt, where the source is."""
    received = delivered(context.settings.landing_dir, partition.source, partition.delivery_date).received_at_utc
    return (received.astimezone(ZoneInfo(contract.timezone)).date() - partition.delivery_date).days


def earlier(context: Context, contract: Contract, partition: Partition) -> list[Delivery]:
    """The source's last published deliveries of earlier dates, oldest first; one with corrections alone is like no other.

    One more than are compared, so that the first of all, which of changes is the load of all that there was, is known.
    """
    source, before = partition.source, str(partition.delivery_date)
    checks = context.ledger.published_checks(source, before, COMPARED + 1, context.ledger.corrections(source))
    has_first = contract.delivers == "changes" and len(checks) <= COMPARED
    return [
        Delivery.of(check["delivery_date"], json.loads(check["facts"]), is_first_load=has_first and i == 0)
        for i, check in enumerate(checks)
    ]


def filled(contract: Contract) -> dict[str, set[str]]:
    """The columns of each table that a contract fills, and those that follow from them."""
    return {
        table: {*feed.columns, *(feed.tags.fills if feed.tags else ()), *DERIVED}
        for table, feed in contract.tables.items()
    }


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
