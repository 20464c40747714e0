"""What is unusual about a delivery beside the source's earlier ones. It warns and never stops.

A delivery is compared with the deliveries of earlier dates, whenever they arrived, so that a rerun says the same. Each
sentence says what changed, and against which deliveries.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
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
    """What trends are told from: the profile of each table, and the days from the delivery's date to its receipt.

    `is_first_load` says that it held all that there was, and the later ones hold changes: its rows are of no account.
    """

    date: str
    tables: Mapping[str, Profile]
    received_after_d: int
    is_first_load: bool = False

    @classmethod
    def of(cls, delivery_date: str, facts: Mapping[str, Any], is_first_load: bool = False) -> "Delivery":
        """From the ledger's facts of a `check`."""
        tables = {name: Profile(**profile) for name, profile in facts["profile"].items()}
        return cls(delivery_date, tables, facts["received_after_d"], is_first_load)


def trends(delivery: Delivery, earlier: Sequence[Delivery], filled: Mapping[str, Collection[str]]) -> list[str]:
    """Plain sentences on what is unusual; none without an earlier delivery. `earlier` is oldest first.

    Of each table the columns in `filled` are looked at, those that the contract fills, beside the deliveries that had
    valid rows of it.
    """
    before = earlier[-COMPARED:]
    if not before:
        return []
    usual = median(one.received_after_d for one in before)
    found = []
    if delivery.received_after_d > usual + LATER_BY_D:
        found.append(
            f"it came {delivery.received_after_d} days after its date, {_those(before)} came {_number(usual)} days after "
            f"theirs{_on_average(before)}"
        )
    for name, table in delivery.tables.items():
        if known := [one for one in before if name in one.tables and one.tables[name].rows]:
            found += [f"{name}: {sentence}" for sentence in _of_table(name, table, known, filled[name])]
    return found


def _of_table(name: str, table: Profile, before: Sequence[Delivery], filled: Collection[str]) -> Iterator[str]:
    if alike := [one for one in before if not one.is_first_load]:
        usual = median(one.tables[name].rows for one in alike)
        if not usual / ROWS_FACTOR <= table.rows <= usual * ROWS_FACTOR:
            yield f"{table.rows:,} rows, {_those(alike)} had {_number(usual)}{_on_average(alike)}"
    if table.rows < FEWEST_ROWS:
        return
    known, those, average = [one.tables[name] for one in before], _those(before), _on_average(before)
    for column in (column for column in table.nulls if column in filled):
        share, was = table.null_share(column), median(one.null_share(column) for one in known)
        if share > was + SHARE_STEP:
            yield f"{column} is empty in {share:.0%} of {table.rows:,} rows, in {those} it was in {was:.0%}{average}"
    for column, counts in table.codes.items():
        for code in counts if column in filled else ():
            share, was = table.code_share(column, code), median(one.code_share(column, code) for one in known)
            if abs(share - was) > SHARE_STEP:
                yield f"{share:.0%} of {table.rows:,} rows have {column} {code}, in {those} {was:.0%} had{average}"


def _those(before: Sequence[Delivery]) -> str:
    """The deliveries that are compared with, as they are called in a sentence."""
    if len(before) == 1:
        return f"the delivery of {before[0].date}"
    return f"the {len(before)} deliveries from {before[0].date} to {before[-1].date}"


def _on_average(before: Sequence[Delivery]) -> str:
    """What is said of several deliveries is their median."""
    return " on average" if len(before) > 1 else ""


def _number(usual: float) -> str:
    return f"{usual:,.0f}"
