"""Limits of failure records."""

from datetime import date

from expectations.suites.common import between, event_time
from expectations.suites.expectation import Expectation


def limits(delivery_date: date, record_lag_d: int) -> list[Expectation]:
    """No negative downtime, and at most two years of it."""
    return [*event_time(delivery_date, record_lag_d), between("downtime_h", 0, 17_544)]
