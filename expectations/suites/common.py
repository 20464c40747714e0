"""What every table's suite is made of."""

from datetime import date, datetime, time, timedelta

from expectations.suites.expectation import Expectation, Severity
from jobs.tables import Table
from jobs.tables.table import PROVENANCE

EARLIEST = date(1950, 1, 1)
"""No record is older: the complex's first plants were commissioned in the 1960s."""

NOT_NULL = "expect_column_values_to_not_be_null"
IN_SET = "expect_column_values_to_be_in_set"
BETWEEN = "expect_column_values_to_be_between"
PAIR = "expect_column_pair_values_a_to_be_greater_than_b"


def keys(table: Table, delivers: str) -> list[Expectation]:
    """The table has rows, and its key stands once: of twins the later row wins, so they are a warning."""
    rows = Expectation(
        "expect_table_row_count_to_be_between",
        kwargs={"min_value": 1},
        severity="critical" if delivers == "everything" else "warning",
    )
    if len(table.key) > 1:
        unique = Expectation(
            "expect_compound_columns_to_be_unique", kwargs={"column_list": list(table.key)}, severity="warning"
        )
    else:
        unique = Expectation("expect_column_values_to_be_unique", table.key[0], severity="warning")
    return [rows, unique]


def required(table: Table) -> list[Expectation]:
    """Every business field that the table declares as never null."""
    business = [f for f in table.fields if f not in PROVENANCE and not f.nullable]
    return [Expectation(NOT_NULL, f.name) for f in business]


def codes(table: Table) -> list[Expectation]:
    """Every coded field holds one of its codes, or nothing."""
    return [Expectation(IN_SET, f.name, {"value_set": list(f.codes)}, "warning") for f in table.fields if f.codes]


def between(column: str, low: float, high: float, severity: Severity = "warning", **where: str) -> Expectation:
    """Numbers from `low` to `high`, in the column's unit; `where` restricts it to one value of another column."""
    restriction = next(iter(where.items()), None)
    return Expectation(BETWEEN, column, {"min_value": low, "max_value": high}, severity, where=restriction)


def day(column: str, latest: date, severity: Severity = "critical") -> Expectation:
    """A date from `EARLIEST` to `latest`."""
    return Expectation(BETWEEN, column, {"min_value": EARLIEST, "max_value": latest}, severity)


def moment(column: str, latest: date) -> Expectation:
    """A moment from `EARLIEST` to the end of `latest`, site wall-clock time."""
    end = datetime.combine(latest + timedelta(days=1), time.min)
    return Expectation(BETWEEN, column, {"min_value": EARLIEST, "max_value": end, "strict_max": True})


def not_before(later: str, earlier: str, severity: Severity = "critical") -> Expectation:
    """Of two dates of a row, `later` is not before `earlier`."""
    return Expectation(PAIR, later, {"column_B": earlier, "or_equal": True}, severity)


def event_time(delivery_date: date, record_lag_d: int) -> list[Expectation]:
    """When it happened and became known: not before `EARLIEST`, not later than the day after the delivery.

    The day after, for a delivery is often cut after midnight. An assumed `recorded_on` is the record lag later.
    """
    latest = delivery_date + timedelta(days=1)
    return [
        moment("occurred_from", latest),
        moment("occurred_to", latest),
        not_before("occurred_to", "occurred_from"),
        day("recorded_on", latest + timedelta(days=record_lag_d)),
    ]
