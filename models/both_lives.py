"""An asset's two lives on one line: what records teach, and what the code says of its wall; the code's date wins (law 8).

Days as `gold.remaining_life` has them (p10, p50, p90 from `as_of`), dates as `gold.code_life` has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.sentences import GUARDS, NOTHING, Said, said


@dataclass(frozen=True)
class Learned:
    """Days from `as_of` by which 10 % and 90 % of such items have failed; a null one is longer than `longer_than_d`."""

    as_of: date
    p10_d: float | None
    p90_d: float | None
    longer_than_d: float


@dataclass(frozen=True)
class Code:
    """What the code says of the point that governs."""

    next_inspection_on: date | None
    required_reached_on: date | None
    guards: Sequence[str] = ()


@dataclass(frozen=True)
class BothLives:
    """`act_by`: the day that the code allows no later than, for an inspection or a repair; `said`: how the two compare."""

    act_by: date | None
    said: Said


def both_lives(learned: Learned | None, code: Code | None) -> BothLives:
    """The two lives of one asset; without a word of the code nothing is said, for the learned life stands by itself."""
    if code is None:
        return BothLives(None, NOTHING)
    dates = [day for day in (code.next_inspection_on, code.required_reached_on) if day]
    return BothLives(min(dates, default=None), _compared(learned, code))


def _compared(learned: Learned | None, code: Code) -> Said:
    used_up = code.required_reached_on
    if learned is None:
        return said("code_alone", code_on=used_up) if used_up else NOTHING
    told = said_span(learned)
    if used_up is None:
        return said("code_undated", guards=_why_undated(code.guards), learned=told)
    low, high = (learned.longer_than_d if day is None else day for day in (learned.p10_d, learned.p90_d))
    away = (used_up - learned.as_of).days
    is_open = learned.p90_d is None
    what = "code_shorter" if away < low else "lives_agree" if is_open or away <= high else "learned_shorter"
    return said(what, code_on=used_up, learned=told)


def said_span(learned: Learned) -> Said:
    """The learned life as dates, from p10 to p90."""
    low, high = (None if day is None else on(learned.as_of, day) for day in (learned.p10_d, learned.p90_d))
    longest = on(learned.as_of, learned.longer_than_d)
    if low is None:
        return Said(f"{longest} 이후", f"after {longest}")
    return Said(f"{low} – {high or f'{longest} 이후'}", f"{low} – {high or f'after {longest}'}")


def on(as_of: date, days: float) -> date:
    """The day that many days later, never rounded up."""
    return as_of + timedelta(days=int(days))


def _why_undated(guards: Sequence[str]) -> Said:
    known = [GUARDS[guard] for guard in guards if guard in GUARDS]
    return Said(
        ", ".join(one.ko for one in known) or "측정이 모자람", ", ".join(one.en for one in known) or "too few readings"
    )
