"""The plan: dated actions ranked by P(failure before the next possible window) × consequence.

Each item has at most two jobs: an inspection, and a replacement (or repair). A job is wanted by a date: its next
possible window where replacing pays, else the item's 10 % life, to look at it; a law's date is a limit on top. It is put
into the latest opportunity that is free by then: a week, or for work that needs a shutdown a shutdown window, not before
its spare can be there. Where none is free it comes as soon after as it can; but never after its limit (law 8): there the
law wins over capacity, lead time and windows, and the line says so. Jobs with a limit are placed first, by their limits,
then the others by what they risk. All functions are pure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import inf

import numpy as np

from models.both_lives import on
from models.sentences import NO_P10, NOTHING, Said, said

WEEK_D = 7
WEIGHTS = {"high": 2.0, "medium": 1.0, "low": 0.5, None: 1.0}
"""What a failure's cost is multiplied by, by the worst criticality that the register states."""


class Action(StrEnum):
    INSPECT = "inspect"
    REPLACE = "replace"
    """Replace or repair."""


class Bound(StrEnum):
    """What set a line's date."""

    CODE_INSPECTION = "code_inspection"
    LEGAL_DUE = "legal_due"
    REQUIRED_THICKNESS = "required_thickness"
    RISK = "risk"
    LEAD_TIME = "lead_time"
    WINDOW = "window"
    NO_WINDOW = "no_window"
    CAPACITY = "capacity"


class Over(StrEnum):
    """What the law's date won over."""

    CAPACITY = "over_capacity"
    LEAD_TIME = "over_lead_time"
    WINDOW = "over_window"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Window:
    """A shutdown, first to last day; `jobs` at most, where its owner says how many."""

    first: date
    last: date
    jobs: int | None = None


@dataclass(frozen=True)
class Calendar:
    """When work can be done: from `as_of` on, `jobs_per_week` at most, shutdowns in order; nothing is wanted after the horizon."""

    as_of: date
    shutdowns: tuple[Window, ...] = ()
    jobs_per_week: int | None = None
    horizon_d: int = 365

    @property
    def horizon(self) -> date:
        return self.as_of + timedelta(days=self.horizon_d)


@dataclass(frozen=True)
class Life:
    """A learned life: its 10 % day (days from `as_of`; None beyond the follow-up), and known points of its failure curve."""

    p10_d: float | None
    points: tuple[tuple[float, float], ...]
    """(days, probability of failing by then), rising."""

    def fail_prob(self, days: float) -> float:
        """The probability of failing within `days`, the hazard level between known points; beyond the last, its value."""
        known = sorted({(0.0, 0.0), *self.points})
        at = np.array([day for day, _ in known])
        hazard = np.maximum.accumulate([-np.log1p(-min(probability, 1 - 1e-9)) for _, probability in known])
        return float(-np.expm1(-np.interp(days, at, hazard)))


@dataclass(frozen=True)
class Item:
    """What a plan needs to know of an item.

    `pays`: replacing it at its next opportunity is cheaper than later. `consequence_krw`: what a failure costs, criticality
    counted. `inspect_by` (API 570), `legal_by` and `required_on` (API 570) are law 8's dates.
    """

    item_id: str
    equipment_tag: str
    life: Life | None = None
    pays: bool = False
    consequence_krw: float = 0.0
    spare: str = ""
    lead_d: int = 0
    is_shutdown_only: bool = False
    inspect_by: date | None = None
    legal_by: date | None = None
    legal_basis: str = ""
    required_on: date | None = None


@dataclass(frozen=True)
class Line:
    """A line of the plan; `limit_on` is the law's date, `order_by` the day by which its spare must be ordered."""

    rank: int
    item_id: str
    equipment_tag: str
    action: Action
    planned_on: date
    planned_until: date
    limit_on: date | None
    bound_by: Bound
    overrides: tuple[Over, ...]
    window_on: date
    fail_prob: float | None
    consequence_krw: float
    order: str
    order_by: date | None
    reason: Said

    @property
    def risk_krw(self) -> float | None:
        """What a failure before the next possible window costs, times its probability."""
        return None if self.fail_prob is None else self.fail_prob * self.consequence_krw


@dataclass(frozen=True)
class Job:
    """A job to be placed: wanted by `target`, ready from `ready`, by law no later than `limit`; `risk_on` is the 10 % day that
    wants it, `window_on` the first day on which it could be done."""

    item: Item
    action: Action
    target: date
    target_bound: Bound
    limit: date | None
    limit_bound: Bound
    risk_on: date | None
    ready: date
    window_on: date
    fail_prob: float | None

    @property
    def risk_krw(self) -> float:
        return (self.fail_prob or 0.0) * self.item.consequence_krw

    def latest(self, opportunity: "Opportunity") -> date:
        """The last day of an opportunity on which the job is still in time: by its limit and its 10 % day."""
        return min(day for day in (opportunity.last, self.limit, self.risk_on) if day)

    @property
    def priority(self) -> tuple[date, float, str, str]:
        """Jobs with a limit first, by their limits; the others by what they risk."""
        return self.limit or date.max, -self.risk_krw, self.item.item_id, str(self.action)


@dataclass(frozen=True)
class Placed:
    """Where a job came to stand."""

    job: Job
    first: date
    last: date
    bound_by: Bound
    overrides: tuple[Over, ...] = ()
    window: str = ""


@dataclass
class Opportunity:
    """A week or a shutdown, and how many jobs it has room for yet."""

    first: date
    last: date
    room: float

    def day_for(self, job: Job) -> date:
        return max(self.first, job.ready)

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


class Diary:
    """The opportunities as jobs take them."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._monday = calendar.as_of - timedelta(days=calendar.as_of.weekday())
        self._weeks: dict[int, Opportunity] = {}
        self._free_from: dict[int, int] = {}
        self.shutdowns = [
            Opportunity(max(window.first, calendar.as_of), window.last, inf if window.jobs is None else window.jobs)
            for window in calendar.shutdowns
            if window.last >= calendar.as_of
        ]

    def before(self, job: Job) -> Iterator[Opportunity]:
        """The opportunities with room in which the job can be done by its target, latest first."""
        if job.item.is_shutdown_only:
            for shutdown in reversed(self.shutdowns):
                if shutdown.room > 0 and shutdown.last >= job.ready and shutdown.day_for(job) <= job.target:
                    yield shutdown
        elif job.ready <= job.target:
            for number in range(self._number(job.target), self._number(job.ready) - 1, -1):
                if (week := self._week(number)).room > 0:
                    yield week

    def after(self, job: Job) -> Iterator[Opportunity]:
        """The first opportunity with room after the job's target and no later than its limit."""
        latest = job.limit or date.max
        if job.item.is_shutdown_only:
            for shutdown in self.shutdowns:
                if shutdown.room > 0 and shutdown.last >= job.ready and job.target < shutdown.day_for(job) <= latest:
                    yield shutdown
        else:
            week = self._week(self._free(self._number(max(job.ready, job.target))))
            if job.target < week.day_for(job) <= latest:
                yield week

    def _number(self, day: date) -> int:
        return (day - self._monday).days // WEEK_D

    def _week(self, number: int) -> Opportunity:
        if number not in self._weeks:
            monday = self._monday + timedelta(days=number * WEEK_D)
            jobs = self.calendar.jobs_per_week
            last = monday + timedelta(days=WEEK_D - 1)
            self._weeks[number] = Opportunity(max(monday, self.calendar.as_of), last, inf if jobs is None else jobs)
        return self._weeks[number]

    def _free(self, number: int) -> int:
        """The first week with room from a week on; what is found to be full is skipped from then on."""
        found = number
        while self._week(found).room <= 0:
            found = self._free_from.get(found, found + 1)
        for full in range(number, found):
            if self._free_from.get(full, full) >= found:
                break
            self._free_from[full] = found
        return found


def plan(items: Iterable[Item], calendar: Calendar) -> list[Line]:
    """The lines of the plan by rank: what the law does not let wait for the next window, then by what is risked."""
    jobs = [job for item in items for job in jobs_of(item, calendar)]
    diary = Diary(calendar)
    placed = [place(job, diary) for job in sorted(jobs, key=lambda job: job.priority)]
    ranked = sorted(placed, key=_rank)
    return [_line(rank, one, calendar) for rank, one in enumerate(ranked, start=1)]


def jobs_of(item: Item, calendar: Calendar) -> list[Job]:
    """The inspection and the replacement that are wanted of an item within the horizon."""
    risk_on = None if item.life is None or item.life.p10_d is None else on(calendar.as_of, item.life.p10_d)
    looks = None if item.pays else risk_on
    inspections = ((item.inspect_by, Bound.CODE_INSPECTION), (item.legal_by, Bound.LEGAL_DUE))
    required = ((item.required_on, Bound.REQUIRED_THICKNESS),)
    wanted = (
        (Action.INSPECT, 0, looks, False, inspections),
        (Action.REPLACE, item.lead_d, risk_on if item.pays else None, item.pays, required),
    )
    found = []
    for action, lead_d, risk, pays, laws in wanted:
        ready = calendar.as_of + timedelta(days=lead_d)
        window_on = next_window(item, ready, calendar)
        by_risk = min(filter(None, (risk, window_on if pays else None)), default=None)
        dated = [(day, bound) for day, bound in (*laws, (by_risk, Bound.RISK)) if day]
        target, target_bound = min(dated, default=(date.max, Bound.RISK))
        if target > calendar.horizon:
            continue
        limit, limit_bound = min(((day, bound) for day, bound in laws if day), default=(None, Bound.RISK))
        fail_prob = item.life.fail_prob((window_on - calendar.as_of).days) if item.life else None
        found.append(Job(item, action, target, target_bound, limit, limit_bound, risk, ready, window_on, fail_prob))
    return found


def next_window(item: Item, ready: date, calendar: Calendar) -> date:
    """The first day on which work on the item could be done, from next week on; the horizon where no shutdown is known."""
    next_week = calendar.as_of + timedelta(days=WEEK_D - calendar.as_of.weekday())
    if not item.is_shutdown_only:
        return max(ready, next_week)
    possible = (max(w.first, ready, calendar.as_of) for w in calendar.shutdowns if w.last >= max(ready, calendar.as_of))
    return min(possible, default=calendar.horizon)


def place(job: Job, diary: Diary) -> Placed:
    """Take the best opportunity for a job; where none is left before its limit, the limit itself."""
    before = next(diary.before(job), None)
    if before:
        before.room -= 1
        is_of_target = before.first <= job.target <= before.last
        bound = Bound.WINDOW if job.item.is_shutdown_only else job.target_bound if is_of_target else Bound.CAPACITY
        return Placed(job, before.day_for(job), job.latest(before), bound, window=str(before))
    after = next(diary.after(job), None)
    if after:
        after.room -= 1
        last = min(after.last, job.limit or date.max)
        return Placed(job, after.day_for(job), last, _why_after(job, diary), window=str(after))
    if job.limit is None:
        day = max(job.target, job.ready)
        return Placed(job, day, day, Bound.NO_WINDOW)
    day = max(job.limit, diary.calendar.as_of)
    return Placed(job, day, day, job.limit_bound, _won_over(job, diary))


def _why_after(job: Job, diary: Diary) -> Bound:
    if job.ready > job.target:
        return Bound.LEAD_TIME
    has_window = any(shutdown.first <= job.target for shutdown in diary.shutdowns)
    return Bound.WINDOW if job.item.is_shutdown_only and not has_window else Bound.CAPACITY


def _won_over(job: Job, diary: Diary) -> tuple[Over, ...]:
    """What the law's date won over, for a job that found no place before it."""
    assert job.limit
    if job.limit < diary.calendar.as_of:
        return (Over.OVERDUE,)
    found = []
    if job.item.is_shutdown_only and not any(shutdown.first <= job.limit for shutdown in diary.shutdowns):
        found.append(Over.WINDOW)
    if job.ready > job.limit:
        found.append(Over.LEAD_TIME)
    return tuple(found) or (Over.CAPACITY,)


def _rank(placed: Placed) -> tuple[bool, float, date, str, str]:
    job = placed.job
    can_wait = job.limit is None or (job.limit >= job.window_on and not placed.overrides)
    return can_wait, -job.risk_krw, placed.first, job.item.item_id, str(job.action)


def _line(rank: int, placed: Placed, calendar: Calendar) -> Line:
    job, item = placed.job, placed.job.item
    order_by = None
    if job.action is Action.REPLACE and item.lead_d:
        order_by = max(placed.first - timedelta(days=item.lead_d), calendar.as_of)
    return Line(
        rank=rank,
        item_id=item.item_id,
        equipment_tag=item.equipment_tag,
        action=job.action,
        planned_on=placed.first,
        planned_until=placed.last,
        limit_on=job.limit,
        bound_by=placed.bound_by,
        overrides=placed.overrides,
        window_on=job.window_on,
        fail_prob=job.fail_prob,
        consequence_krw=item.consequence_krw,
        order=item.spare if order_by else "",
        order_by=order_by,
        reason=_reason(placed, order_by, calendar),
    )


def _reason(placed: Placed, order_by: date | None, calendar: Calendar) -> Said:
    """Why, what set the date, what the law won over, and what to order."""
    job, item = placed.job, placed.job.item
    p10_on = job.risk_on or NO_P10
    values = {
        "limit": job.limit,
        "basis": item.legal_basis or "–",
        "target": job.target,
        "lead_d": item.lead_d,
        "window": placed.window,
        "window_on": job.window_on,
        "required_on": item.required_on,
        "p10_on": p10_on,
        "fail_prob": "" if job.fail_prob is None else f"{job.fail_prob:.0%}",
        "what": item.spare,
        "order_by": order_by,
    }
    bounds = dict.fromkeys((job.target_bound, *([placed.bound_by] if placed.bound_by is not job.target_bound else [])))
    sentences = [_why(job, calendar.as_of), *(f"bound_{bound}" for bound in bounds), *placed.overrides]
    if order_by:
        sentences.append("order_now" if order_by <= calendar.as_of else "order")
    told = NOTHING
    for sentence in sentences:
        told += said(sentence, **values)
    return told


def _why(job: Job, as_of: date) -> str:
    if job.action is Action.INSPECT:
        legal = {Bound.CODE_INSPECTION: "inspect_code", Bound.LEGAL_DUE: "inspect_legal"}
        return legal.get(job.target_bound, "inspect_risk")
    if job.target_bound is Bound.RISK:
        return "replace_pays"
    return "replace_wall_past" if job.target < as_of else "replace_wall"
