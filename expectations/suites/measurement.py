"""Limits of readings."""

from datetime import date

from expectations.suites.common import between, event_time
from expectations.suites.expectation import Expectation

QUANTITIES = {
    "wall_thickness_mm": (0, 500),
    "vibration_mm_s": (0, 1_000),
    "temperature_c": (-273.15, 2_000),
    "pressure_kpa": (-101.325, 1_000_000),
    "run_time_h": (0, 1_000_000),
}
"""What a reading of a quantity can be, in the unit that its name ends with (no gauge pressure below a vacuum)."""


def limits(delivery_date: date, record_lag_d: int) -> list[Expectation]:
    """A finite value; for the quantities that are known, one that physics allows."""
    finite = between("value", -1e15, 1e15, "critical")
    known = [between("value", low, high, quantity=name) for name, (low, high) in QUANTITIES.items()]
    return [*event_time(delivery_date, record_lag_d), finite, *known]
