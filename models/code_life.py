"""Code life: corrosion rates, remaining life and the next inspection of piping, by API 570 (clauses 7.1 and 6.3).

With thicknesses in mm and times in years of 365.25 days:

- long-term rate = (t_initial - t_actual) / years between; short-term rate = (t_previous - t_actual) / years between;
  the corrosion rate is the larger of the two;
- remaining life = (t_actual - t_required) / corrosion rate;
- next thickness inspection = half the remaining life after the last reading, and no later than the class allows.

API 510 differs in one rule: a vessel with under four years of remaining life may use all of it, up to two years.

What readings do in practice, and what is made of it, is stated by `Guard`; every guard that acted is named in the
result. All functions are pure: they take their dates and limits as arguments.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

YEAR_D = 365.25
LONGEST_Y = {1: 5.0, 2: 10.0, 3: 10.0}
"""Longest interval (years) between thickness inspections by piping class (API 570 table 1); class 4 has none."""

SHORT_LIFE_Y, FULL_LIFE_UP_TO_Y = 4.0, 2.0
"""API 510: under the one, all of the remaining life may be used, up to the other (years)."""


class Guard(StrEnum):
    """What kept the bare formulas from being used as they stand."""

    REPLACED = "replaced"
    """Readings before the wall was made new are of another wall and left out; of those on that day the thickest counts."""
    SAME_DAY = "same_day"
    """Several readings of one day are one: the thinnest counts."""
    NOMINAL_FIRST = "nominal_first"
    """The long-term rate starts from the nominal thickness, which mill tolerance and unknown wear may falsify."""
    WALL_GROWTH = "wall_growth"
    """A wall that grows is a measuring fault: its rate is negative and is not used."""
    WITHIN_ERROR = "within_error"
    """The loss is smaller than the measuring error: the error itself is taken for the loss, the larger rate."""
    ONE_READING = "one_reading"
    """Without two readings on different days there is no rate; the class's longest interval alone bounds."""
    BELOW_REQUIRED = "below_required"
    """The wall is thinner than required: nothing remains."""
    NO_REQUIRED = "no_required"
    """Without a required thickness there is no remaining life; the class's longest interval alone bounds."""


@dataclass(frozen=True)
class Reading:
    """A wall thickness (mm) at one measuring point; `is_nominal` where it was taken from the drawing."""

    on: date
    thickness_mm: float
    is_nominal: bool = False


@dataclass(frozen=True)
class Limits:
    """What the owner states of a point.

    `required_mm`: the thickness at which it must be repaired or replaced (API 570 7.2); `piping_class`: 1 to 4;
    `error_mm`: what one reading can be wrong by; `replaced_on`: the days on which the wall was made new.
    """

    required_mm: float | None
    piping_class: int | None = None
    error_mm: float = 0.1
    replaced_on: tuple[date, ...] = ()
    is_vessel: bool = False


@dataclass(frozen=True)
class CodeLife:
    """The code's answer at one point; a rate is mm/year, a life years after `last.on`; None where it is not known."""

    last: Reading
    long_term_rate: float | None
    short_term_rate: float | None
    rate: float | None
    remaining_life_y: float | None
    required_reached_on: date | None
    next_inspection_on: date | None
    bound_by: str
    guards: tuple[Guard, ...]


def code_life(readings: Iterable[Reading], limits: Limits) -> CodeLife | None:
    """Rates, remaining life and next inspection at one point; None without a reading of the present wall."""
    walls, guards = _present_wall(readings, limits)
    if not walls:
        return None
    last = walls[-1]
    long_term, short_term = (
        _rate(start, last, limits, guards) for start in (walls[0], walls[-2 if len(walls) > 1 else -1])
    )
    if len(walls) < 2:
        guards.append(Guard.ONE_READING)
    elif walls[0].is_nominal:
        guards.append(Guard.NOMINAL_FIRST)
    known = [rate for rate in (long_term, short_term) if rate is not None]
    rate = max(known, default=None)
    remaining = _remaining(last, rate, limits, guards)
    next_on, bound_by = next_inspection(last.on, remaining, limits)
    reached_on = None if remaining is None else _after(last.on, remaining)
    unique = tuple(dict.fromkeys(guards))
    return CodeLife(last, long_term, short_term, rate, remaining, reached_on, next_on, bound_by, unique)


def governing(lives: Sequence[CodeLife]) -> CodeLife | None:
    """Of an item's points the one that must be looked at first; points without a date come last."""
    return min(
        lives,
        key=lambda life: (life.next_inspection_on or date.max, life.required_reached_on or date.max),
        default=None,
    )


def next_inspection(last_on: date, remaining_life_y: float | None, limits: Limits) -> tuple[date | None, str]:
    """The day by which thickness must be measured again, and what bound it: `remaining_life`, `class` or nothing."""
    bounds = []
    if remaining_life_y is not None:
        interval = remaining_life_y / 2
        if limits.is_vessel and remaining_life_y < SHORT_LIFE_Y:
            interval = min(remaining_life_y, FULL_LIFE_UP_TO_Y)
        bounds.append((interval, "remaining_life"))
    if limits.piping_class in LONGEST_Y:
        bounds.append((LONGEST_Y[limits.piping_class], "class"))
    if not bounds:
        return None, ""
    interval, bound_by = min(bounds)
    return _after(last_on, interval), bound_by


def _present_wall(readings: Iterable[Reading], limits: Limits) -> tuple[list[Reading], list[Guard]]:
    """The readings of the wall that stands today, one a day, in order, and what was done to get them."""
    ordered = sorted(readings, key=lambda reading: (reading.on, reading.thickness_mm))
    guards = []
    last_on = ordered[-1].on if ordered else None
    made_new = [day for day in limits.replaced_on if last_on is None or day <= last_on]
    present = [reading for reading in ordered if not made_new or reading.on >= max(made_new)]
    if made_new and (on_the_day := [r for r in present if r.on == max(made_new)]):
        thickest = max(on_the_day, key=lambda reading: reading.thickness_mm)
        present = [thickest, *present[len(on_the_day) :]]
    if len(present) < len(ordered):
        guards.append(Guard.REPLACED)
    by_day: dict[date, Reading] = {}
    for reading in present:
        by_day.setdefault(reading.on, reading)
    if len(by_day) < len(present):
        guards.append(Guard.SAME_DAY)
    return list(by_day.values()), guards


def _rate(start: Reading, last: Reading, limits: Limits, guards: list[Guard]) -> float | None:
    """Loss a year between two readings; None where they tell none."""
    years = (last.on - start.on).days / YEAR_D
    if years <= 0:
        return None
    loss = start.thickness_mm - last.thickness_mm
    if loss < -limits.error_mm:
        guards.append(Guard.WALL_GROWTH)
        return None
    if loss < limits.error_mm:
        guards.append(Guard.WITHIN_ERROR)
        loss = limits.error_mm
    return loss / years


def _remaining(last: Reading, rate: float | None, limits: Limits, guards: list[Guard]) -> float | None:
    if limits.required_mm is None:
        guards.append(Guard.NO_REQUIRED)
        return None
    if last.thickness_mm <= limits.required_mm:
        guards.append(Guard.BELOW_REQUIRED)
        return 0.0
    return None if rate is None else (last.thickness_mm - limits.required_mm) / rate


def _after(day: date, years: float) -> date | None:
    """The day that many years later, never rounded up; None beyond the calendar."""
    try:
        return day + timedelta(days=int(years * YEAR_D))
    except OverflowError:
        return None
