"""Lives: the conventions, stated once as data, with a small pandas reference.

`jobs.steps.lives` builds the same in Spark; a law test holds the two equal. The unit of time is the day; everything
within one day happens at the same time, a failure before its renewal.

- A **failure** ends a life. Failures at most `merge_within_days` apart, each from the one before, are one (doubled
  orders); its day is the first one's.
- A **renewal** makes the item new (age 0). One on the day of a failure, or at most `merge_within_days` after it, is
  that failure's: the life ends as failed, the next begins at age 0 on the failure's day. Any other renewal was
  preventive: it censors the life, by the calendar, on a condition, or for an unknown reason (law 6).
- A **repair** is a failure without a renewal, or a corrective job that ends no life. Age runs on. The spell ends there,
  so that the number of repairs is constant within a spell.
- **Spells** tile the item's surveillance without gap or overlap. A spell that enters at an age over 0 is
  left-truncated; the last is right-censored by the end of surveillance.
- What happened on the first day of surveillance or before tells the age, and is no outcome.
- A failure **0 days** after another is one with it (`zero_gaps: merge`), or its spell is half a day long (`half`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pandas as pd

HALF_DAY = 0.5
"""Length of a spell between two events of one day, where the contract keeps them apart."""

COLUMNS = (
    "population", "_source", "item_id", "equipment_tag", "spell", "origin_on", "is_origin_known", "entered_on",
    "ended_on", "entered_d", "ended_d", "event", "ended_by", "recorded_on",
)  # fmt: skip
"""The columns of `gold.life`."""

FORESTALLED = ("condition", "unknown_preventive")
"""Ends that forestalled a failure, or may have (law 6)."""

PREVENTIVE = ("condition", "unknown_preventive", "calendar")
"""What can end a spell preventively, the most informative first: it names a renewal that was ordered twice."""


@dataclass(frozen=True)
class LifeRules:
    """What a life is for one source: its contract's `lives`, and the date its records reach to.

    `complete_from` is the day from which both failures and renewals are recorded completely; no item is at risk before.
    `regimes`: measured quantity -> width of the bands of a setting that readings depend on.
    """

    source: str
    population: str
    as_of: date
    item: tuple[str, ...] = ("equipment_tag",)
    ends_table: Literal["maintenance", "failure"] = "maintenance"
    ends_category: tuple[str, ...] | None = None
    ends_impact: tuple[str, ...] | None = None
    renews: tuple[str, ...] = ("replace", "overhaul")
    merge_within_days: int = 0
    zero_gaps: Literal["merge", "half"] = "merge"
    complete_from: date | None = None
    imminent_within_d: int = 30
    landmark_every_d: int = 91
    landmarks_from: date | None = None
    regimes: Mapping[str, float] = field(default_factory=dict)

    @property
    def same_failure_within_d(self) -> int:
        """Days between failures up to which they are one; -1 where even two of one day are two."""
        return -1 if self.merge_within_days == 0 and self.zero_gaps == "half" else self.merge_within_days


@dataclass(frozen=True)
class Boundary:
    """A day on which one spell of an item ends and the next begins."""

    day: date
    ended_by: str
    is_renewal: bool
    recorded_on: date | None


def lives(events: pd.DataFrame, items: pd.DataFrame, rules: LifeRules) -> pd.DataFrame:
    """The spells of a source's items, in `gold.life`'s columns, ordered by item and spell.

    `events` has item_id, record_id, occurred_on, known_on, is_failure, is_renewal, is_corrective and preventive_basis;
    `items` has item_id, equipment_tag, commissioned_on, and the surveillance_from and surveillance_to that
    `surveillance` gives. Dates are `datetime.date`; unknown ones are None.
    """
    of_item: dict[str, list[dict[str, Any]]] = {}
    for event in _rows(events):
        of_item.setdefault(event["item_id"], []).append(event)
    rows = [
        {"population": rules.population, "_source": rules.source, **item, "spell": number, **spell}
        for item in sorted(_rows(items), key=lambda item: item["item_id"])
        for number, spell in enumerate(spells(of_item.get(item["item_id"], []), item, rules), start=1)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def surveillance(
    register: dict[str, Any], met_on: date | None, records_from: date | None, rules: LifeRules
) -> tuple[date, date]:
    """First and last day on which an item's failures would have been recorded.

    `register` holds the commissioned_on, surveillance_from and surveillance_to of its equipment, as far as they are
    known. `met_on` is the day on which the first record of the item became known, where nothing but its records tells
    that it exists: it enters then, for without a record it would not be here at all. Where neither the register nor the
    contract says from when an item was watched, it is `records_from`: the day the source's first record became known. While
    none is known, nothing tells that a failure would have been recorded, and the item is watched from the extract on.
    """
    first_known_on = min(records_from or rules.as_of, rules.as_of)
    watched_from = register.get("surveillance_from") or rules.complete_from or first_known_on
    entries = [day for day in (watched_from, register.get("commissioned_on"), rules.complete_from, met_on) if day]
    exits = [day for day in (rules.as_of, register.get("surveillance_to")) if day]
    return max(entries), min(exits)


def latest_failure_d(time_d: float, ended_by: str, rules: LifeRules) -> float | None:
    """The latest day by which an item would have failed if nobody had intervened, `time_d` being that of its end.

    A failure was seen; what a finding ended would have failed within `imminent_within_d` days, and so, perhaps, what was
    ended for an unknown reason. None where nothing tells: the time is right-censored.
    """
    if ended_by == "failure":
        return time_d
    return time_d + rules.imminent_within_d if ended_by in FORESTALLED else None


def spells(events: Iterable[dict[str, Any]], item: dict[str, Any], rules: LifeRules) -> Iterator[dict[str, Any]]:
    """The spells of one item, in order."""
    start, end = item["surveillance_from"], item["surveillance_to"]
    if start >= end:
        return
    past = boundaries([event for event in events if event["occurred_on"] <= end], rules)
    renewals = [b.day for b in past if b.is_renewal and b.day <= start]
    known = [day for day in (item["commissioned_on"], *renewals) if day]
    origin, is_origin_known, entered = max(known, default=start), bool(known), start
    last = Boundary(end, "end_of_surveillance", False, None)
    for boundary in (*(b for b in past if b.day > start), last):
        entered_d, ended_d = float((entered - origin).days), float((boundary.day - origin).days)
        if ended_d == entered_d:
            if boundary is last:
                return
            ended_d += HALF_DAY
        yield {
            "origin_on": origin,
            "is_origin_known": is_origin_known,
            "entered_on": entered,
            "ended_on": boundary.day,
            "entered_d": entered_d,
            "ended_d": ended_d,
            "event": boundary.ended_by == "failure",
            "ended_by": boundary.ended_by,
            "recorded_on": boundary.recorded_on,
        }
        entered = boundary.day
        if boundary.is_renewal:
            origin, is_origin_known = boundary.day, True


def boundaries(events: Iterable[dict[str, Any]], rules: LifeRules) -> list[Boundary]:
    """The events of one item that end a spell, doubled orders merged, in order."""
    failures: list[list[dict[str, Any]]] = []
    others: list[list[dict[str, Any]]] = []
    for event in sorted(events, key=lambda e: (e["occurred_on"], not e["is_failure"], e["record_id"])):
        if not (event["is_failure"] or event["is_renewal"] or event["is_corrective"]):
            continue
        if event["is_failure"]:
            _join(failures, event, rules.same_failure_within_d)
        elif failures and _days_after_failure(failures[-1], event) <= rules.merge_within_days:
            failures[-1].append(event)
        else:
            _join(others, event, rules.merge_within_days)
    found = [_failure(group) for group in failures] + [_other(group) for group in others]
    return sorted(found, key=lambda boundary: boundary.day)


def _join(groups: list[list[dict[str, Any]]], event: dict[str, Any], within_d: int) -> None:
    """Add an event to the last group where it is close enough to the group's last event of its kind, else begin one."""
    same_kind = [e for e in groups[-1] if e["is_failure"] == event["is_failure"]] if groups else []
    if same_kind and (event["occurred_on"] - same_kind[-1]["occurred_on"]).days <= within_d:
        groups[-1].append(event)
    else:
        groups.append([event])


def _days_after_failure(group: list[dict[str, Any]], event: dict[str, Any]) -> int:
    last = max(e["occurred_on"] for e in group if e["is_failure"])
    return (event["occurred_on"] - last).days


def _failure(group: list[dict[str, Any]]) -> Boundary:
    failures = [e for e in group if e["is_failure"]]
    return Boundary(
        day=min(e["occurred_on"] for e in failures),
        ended_by="failure",
        is_renewal=any(e["is_renewal"] for e in group),
        recorded_on=min(e["known_on"] for e in failures),
    )


def _other(group: list[dict[str, Any]]) -> Boundary:
    renewals = [e for e in group if e["is_renewal"]]
    reasons = {preventive_reason(e) for e in renewals}
    counted = renewals or group
    return Boundary(
        day=min(e["occurred_on"] for e in counted),
        ended_by=next((reason for reason in PREVENTIVE if reason in reasons), "repair"),
        is_renewal=bool(renewals),
        recorded_on=min(e["known_on"] for e in counted),
    )


def preventive_reason(event: dict[str, Any]) -> str:
    """Why a renewal without a failure was made; a corrective one answered a finding."""
    if event["is_corrective"] or event["preventive_basis"] == "condition":
        return "condition"
    return "calendar" if event["preventive_basis"] == "calendar" else "unknown_preventive"


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries, every missing value None."""
    names = list(frame.columns)
    return [
        {name: None if pd.isna(value) else value for name, value in zip(names, row, strict=True)}
        for row in frame.itertuples(index=False, name=None)
    ]
