"""What is unusual about a delivery beside the source's earlier ones. It warns and never stops.

A delivery is compared with the deliveries of earlier dates, whenever they arrived, so that a rerun says the same. Each
sentence says what changed, and against which deliveries.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

COMPARED = 12
"""Earlier deliveries that are looked at."""

ROWS_FACTOR = 2.0
SHARE_STEP = 0.2
FEWEST_ROWS = 30
LATER_BY_D = 3.0


@dataclass(frozen=True)
class Profile:
    """One table of one delivery: its valid rows, how many are null by column, and how many hold each code."""

    rows: int
    nulls: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def null_share(self, column: str) -> float:
        return self.nulls.get(column, 0) / self.rows if self.rows else 0.0

    def code_share(self, column: str, code: str) -> float:
        return self.codes.get(column, {}).get(code, 0) / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class Delivery:
    """What trends are told from: the profile of each table, and the days from the delivery's date to its receipt."""

    date: str
    tables: Mapping[str, Profile]
    received_after_d: int

    @classmethod
    def of(cls, delivery_date: str, facts: Mapping[str, Any]) -> "Delivery":
        """From the ledger's facts of a `check`."""
        tables = {name: Profile(**profile) for name, profile in facts["profile"].items()}
        return cls(delivery_date, tables, facts["received_after_d"])


def trends(delivery: Delivery, earlier: Sequence[Delivery]) -> list[str]:
    """Plain sentences on what is unusual; none without an earlier delivery. `earlier` is oldest first."""
    before = earlier[-COMPARED:]
    if not before:
        return []
    usual = median(one.received_after_d for one in before)
    found = []
    if delivery.received_after_d > usual + LATER_BY_D:
        found.append(
            f"it came {delivery.received_after_d} days after its date, {_those(before)} came {_number(usual)} days after theirs"
        )
    for name, table in delivery.tables.items():
        if known := [one for one in before if name in one.tables]:
            found += [f"{name}: {sentence}" for sentence in _of_table(name, table, known)]
    return found


def _of_table(name: str, table: Profile, before: Sequence[Delivery]) -> Iterator[str]:
    known, those = [one.tables[name] for one in before], _those(before)
    usual = median(one.rows for one in known)
    if not usual / ROWS_FACTOR <= table.rows <= usual * ROWS_FACTOR:
        yield f"{table.rows:,} rows, {those} had {_number(usual)}"
    if table.rows < FEWEST_ROWS:
        return
    for column in table.nulls:
        share, was = table.null_share(column), median(one.null_share(column) for one in known)
        if share > was + SHARE_STEP:
            yield f"{column} is empty in {share:.0%} of {table.rows:,} rows, in {those} it was in {was:.0%}"
    for column, counts in table.codes.items():
        for code in counts:
            share, was = table.code_share(column, code), median(one.code_share(column, code) for one in known)
            if abs(share - was) > SHARE_STEP:
                yield f"{share:.0%} of {table.rows:,} rows have {column} {code}, in {those} {was:.0%} had"


def _those(before: Sequence[Delivery]) -> str:
    """The deliveries that are compared with, as they are called in a sentence."""
    if len(before) == 1:
        return f"the delivery of {before[0].date}"
    return f"the {len(before)} deliveries from {before[0].date} to {before[-1].date}"


def _number(usual: float) -> str:
    return f"{usual:,.0f}"
