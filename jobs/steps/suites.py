"""The suites of a source: what the silver tables expect, and what its contract adds."""

from datetime import date

from expectations.suites import Expectation, SuiteError, suite
from jobs.contracts import Contract
from jobs.errors import UsageError

ANY_DATE = date(2000, 1, 1)


def suite_of(table: str, contract: Contract, delivery_date: date) -> list[Expectation]:
    """What is expected of a silver table in a delivery. UsageError where the contract's `expect` cannot be meant so."""
    try:
        return suite(
            table,
            contract.tables[table].expect,
            delivery_date=delivery_date,
            delivers=contract.delivers,
            record_lag_d=record_lag_d(contract),
        )
    except SuiteError as error:
        raise UsageError(f"{contract.source}: tables.{table}.expect: {error}") from error


def check_suites(contract: Contract) -> None:
    """Refuse a contract whose `expect` lines cannot be meant as they stand."""
    for table in contract.tables:
        suite_of(table, contract, ANY_DATE)


def record_lag_d(contract: Contract) -> int:
    """Days from an event to its record, where no date tells."""
    return contract.lives.record_lag_days if contract.lives else 0
