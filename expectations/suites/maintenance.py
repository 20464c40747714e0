"""Limits of maintenance records."""

from datetime import date

from expectations.suites.common import between, event_time
from expectations.suites.expectation import Expectation


def limits(delivery_date: date, record_lag_d: int) -> list[Expectation]:
    """Nothing is negative; a job takes at most two years of downtime, 100,000 man-hours and 100 billion KRW."""
    return [
        *event_time(delivery_date, record_lag_d),
        between("downtime_h", 0, 17_544),
        between("man_hours_h", 0, 100_000),
        between("cost_krw", 0, 1e11),
    ]
