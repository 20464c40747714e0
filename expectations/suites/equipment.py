"""Limits of equipment units."""

from datetime import date, timedelta

from expectations.suites.common import between, day, not_before
from expectations.suites.expectation import Expectation

LONGEST_NOTICE = timedelta(days=366 * 20)
"""A legal inspection is due at most twenty years ahead."""


def limits(delivery_date: date, record_lag_d: int) -> list[Expectation]:
    """Dates in their order, loads and lead times within reason."""
    tomorrow = delivery_date + timedelta(days=1)
    return [
        between("load_share", 0, 2),
        between("spare_lead_d", 0, 3650),
        between("nominal_thickness_mm", 0.1, 500),
        between("required_thickness_mm", 0.1, 500),
        between("piping_class", 1, 4),
        day("commissioned_on", tomorrow, "warning"),
        day("current_service_since", tomorrow, "warning"),
        day("surveillance_from", tomorrow),
        day("surveillance_to", tomorrow),
        day("legal_inspection_due_on", delivery_date + LONGEST_NOTICE, "warning"),
        not_before("current_service_since", "commissioned_on", "warning"),
        not_before("surveillance_to", "surveillance_from"),
    ]
