"""One suite per silver table: what `jobs.tables` says of it, the domain's limits, and what a contract adds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from expectations.suites import equipment, failure, maintenance, measurement
from expectations.suites.common import codes, keys, required
from expectations.suites.expectation import KINDS, Expectation, SuiteError, checked, from_contract, merge
from jobs.tables import SILVER

LIMITS: Mapping[str, Callable[[date, int], list[Expectation]]] = {
    "equipment": equipment.limits,
    "maintenance": maintenance.limits,
    "failure": failure.limits,
    "measurement": measurement.limits,
}
"""The domain's limits of each table, given the delivery date and the contract's record lag in days."""


def suite(
    table: str,
    extra: Iterable[Mapping[str, Any] | Iterable[tuple[str, Any]]] = (),
    *,
    delivery_date: date,
    delivers: str = "everything",
    record_lag_d: int = 0,
) -> list[Expectation]:
    """Everything expected of one silver table in one delivery.

    `extra` is the contract's `expect` list; a line of it replaces what the suite asks of the same columns. An empty
    table stops the partition where the source `delivers` everything (it would withdraw all it delivered before) and is
    a warning where it delivers changes. `record_lag_d` is the contract's, for a `recorded_on` that is assumed.
    """
    declared = SILVER[table]
    base = [
        *keys(declared, delivers),
        *required(declared),
        *codes(declared),
        *LIMITS[table](delivery_date, record_lag_d),
    ]
    return [checked(expectation, declared) for expectation in merge(base, map(from_contract, extra))]


def of_corrections(expected: Sequence[Expectation]) -> list[Expectation]:
    """What is expected of mended rows alone: nothing of their number, and no share of them stops the others.

    Each was refused before; one that is refused again goes back again.
    """
    return [replace(expectation, severity="warning") for expectation in expected if expectation.code != "row_count"]


__all__ = ["KINDS", "Expectation", "SuiteError", "of_corrections", "suite"]
