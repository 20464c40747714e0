"""What is unusual about a delivery beside the source's earlier ones. It warns and never stops.

A delivery is compared with the deliveries of earlier dates, whenever they arrived, so that a rerun says the same.
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

    tables: Mapping[str, Profile]
    received_after_d: float

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Delivery":
        """From the ledger's facts of a `check`."""
        tables = {name: Profile(**profile) for name, profile in facts["profile"].items()}
        return cls(tables, facts["received_after_d"])


def trends(delivery: Delivery, earlier: Sequence[Delivery]) -> list[str]:
    """Plain sentences on what is unusual; none without an earlier delivery. `earlier` is oldest first."""
    before = earlier[-COMPARED:]
    if not before:
        return []
    usual = median(one.received_after_d for one in before)
    found = []
    if delivery.received_after_d > usual + LATER_BY_D:
        found.append(
            f"it came {delivery.received_after_d:.0f} days after its date, {delivery.received_after_d - usual:.0f} days "
            "later than usual"
        )
    for name, table in delivery.tables.items():
        known = [one.tables[name] for one in before if name in one.tables]
        if known:
            found += [f"{name}: {sentence}" for sentence in _of_table(table, known)]
    return found


def _of_table(table: Profile, known: Sequence[Profile]) -> Iterator[str]:
    usual = median(one.rows for one in known)
    if not usual / ROWS_FACTOR <= table.rows <= usual * ROWS_FACTOR:
        yield f"{table.rows:,} rows, where the last {len(known)} deliveries had about {usual:,.0f}"
    if table.rows < FEWEST_ROWS:
        return
    for column in table.nulls:
        share, before = table.null_share(column), median(one.null_share(column) for one in known)
        if share > before + SHARE_STEP:
            yield f"{column} is empty in {share:.0%} of the rows, usually in {before:.0%}"
    for column, counts in table.codes.items():
        for code in counts:
            share, before = table.code_share(column, code), median(one.code_share(column, code) for one in known)
            if abs(share - before) > SHARE_STEP:
                yield f"{share:.0%} of the rows have {column} {code}, usually {before:.0%}"
