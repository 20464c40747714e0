"""Drawing lives: assets, their hazards and policies, and the spells that come of them.

Days are floats since 1970-01-01. A spell runs from commissioning, a repair or a renewal to whatever ends it. Its
`life_d` is the age at which the asset would fail if nobody intervened; preventive replacement may come first:

- by the calendar, at a set age, whatever the state;
- on an observed condition: 2 to 30 days before the failure, upon a reading that is recorded;
- on an unobserved one: 2 to 120 days before the failure, nothing recorded (censoring that is not independent).

A failure is followed by a repair (age runs on) or a new unit (age 0); a preventive replacement is always a new unit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.sample.kinds import KINDS
from jobs.sample.laws import LAWS, YEAR_D, Floats, Hazard, hazards

FAILURE, CALENDAR, OBSERVED, UNOBSERVED, END = range(5)
ENDED_BY = ("failure", "calendar", "condition", "unknown_preventive", "end_of_surveillance")
"""What ended a spell, in the words of the table `life`."""

LEAD_D = {OBSERVED: (2.0, 30.0), UNOBSERVED: (2.0, 120.0)}
MONITORED_SHARE = 0.45

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Assets:
    """n assets as arrays. `kind` indexes `KINDS`; `service` and `maker` index the kind's own."""

    kind: Ints
    service: Ints
    maker: Ints
    law: list[str]
    load_share: Floats
    commissioned: Floats
    observed_from: Floats
    is_monitored: NDArray[np.bool_]
    calendar_d: Floats
    seen: Floats
    sensed: Floats
    replaced: Floats
    hazard: Hazard

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def services(self) -> list[str]:
        return [KINDS[k].services[s] for k, s in zip(self.kind, self.service, strict=True)]

    @property
    def makers(self) -> list[str]:
        return [KINDS[k].makers[m] for k, m in zip(self.kind, self.maker, strict=True)]


@dataclass(frozen=True)
class Spells:
    """Spells as arrays, ordered by asset and start. Ages are days since the unit was new."""

    asset: Ints
    started: Floats
    ended: Floats
    entered_d: Floats
    life_d: Floats
    ended_by: Ints
    is_renewed: NDArray[np.bool_]
    repairs: Floats

    def __len__(self) -> int:
        return len(self.asset)

    @property
    def ended_d(self) -> Floats:
        return self.entered_d + (self.ended - self.started)

    def is_seen(self, assets: Assets) -> NDArray[np.bool_]:
        """True where records had begun when the spell ended."""
        return self.ended >= assets.observed_from[self.asset]

    def at(self, asset: Ints, day: Floats) -> Ints:
        """The spell in which each asset is on a day."""
        span = 1e6  # days: more than any calendar here, so one sorted axis holds all assets
        return np.searchsorted(self.asset * span + self.started, asset * span + day, side="right") - 1


def draw_assets(
    share: str, commissioned: Floats, observed_from: Floats, rng: np.random.Generator, law: str = ""
) -> Assets:
    """Assets for the given days of commissioning and start of records.

    `share` names the mix of kinds (`archive_share` or `firm_share`); `law` puts all of them under one law of its own.
    """
    n = len(commissioned)
    kind = rng.choice(len(KINDS), size=n, p=[getattr(k, share) for k in KINDS])

    def of_kind(name: str) -> Floats:
        return np.array([getattr(k, name) for k in KINDS], dtype=np.float64)[kind]

    service = (rng.random(n) * np.array([len(k.services) for k in KINDS])[kind]).astype(np.intp)
    maker = (rng.random(n) * np.array([len(k.makers) for k in KINDS])[kind]).astype(np.intp)
    load_share: Floats = np.round(np.clip(rng.normal(0.75, 0.12, n), 0.3, 1.1), 2)
    is_monitored = (rng.random(n) < MONITORED_SHARE) & np.array([bool(k.quantity) for k in KINDS])[kind]
    is_by_calendar = rng.random(n) < of_kind("calendar_share")
    laws = [law or KINDS[k].law for k in kind]
    return Assets(
        kind=kind,
        service=service,
        maker=maker,
        law=laws,
        load_share=load_share,
        commissioned=commissioned,
        observed_from=np.maximum(observed_from, commissioned),
        is_monitored=is_monitored,
        calendar_d=np.where(is_by_calendar, of_kind("calendar_y") * YEAR_D, np.inf),
        seen=np.where(is_monitored, of_kind("seen"), 0.0),
        sensed=of_kind("sensed"),
        replaced=of_kind("replaced"),
        hazard=hazards(
            [LAWS[name] for name in laws],
            [KINDS[k].services[s] for k, s in zip(kind, service, strict=True)],
            [KINDS[k].makers[m] for k, m in zip(kind, maker, strict=True)],
            load_share,
            rng,
        ),
    )


def draw_spells(assets: Assets, end: float, rng: np.random.Generator) -> Spells:
    """Each asset's spells from its commissioning to the day `end`."""
    active = np.flatnonzero(assets.commissioned < end)
    now, age = assets.commissioned[active], np.zeros(len(active))
    repairs = np.zeros(len(active))
    steps = []
    while len(active):
        hazard = assets.hazard.take(active)
        rate = hazard.frailty * hazard.factor(repairs)
        life = np.maximum(hazard.age_at(hazard.cumulative(age) + rng.exponential(size=len(active)) / rate), age)
        failed = now + (life - age)

        chance = rng.random(len(active))
        is_seen = chance < assets.seen[active]
        is_sensed = ~is_seen & (chance < assets.seen[active] + assets.sensed[active])
        candidates = [
            failed,
            now + (assets.calendar_d[active] - age),
            np.where(is_seen, failed - rng.uniform(*LEAD_D[OBSERVED], len(active)), np.inf),
            np.where(is_sensed, failed - rng.uniform(*LEAD_D[UNOBSERVED], len(active)), np.inf),
            np.full(len(active), end),
        ]
        times = np.stack(candidates)
        times[CALENDAR:END][times[CALENDAR:END] <= now + 1] = np.inf  # nobody replaces what was put in yesterday
        ended_by = times.argmin(axis=0)
        ended = times.min(axis=0)
        is_renewed = np.where(ended_by == FAILURE, rng.random(len(active)) < assets.replaced[active], ended_by != END)
        steps.append((active, now, ended, age, life, ended_by, is_renewed, repairs))

        age = np.where(is_renewed, 0.0, age + (ended - now))
        repairs = np.where(is_renewed, 0.0, repairs + 1)
        goes_on = ended_by != END
        active, now, age, repairs = active[goes_on], ended[goes_on], age[goes_on], repairs[goes_on]
    columns = [np.concatenate(column) for column in zip(*steps, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    return Spells(*(column[order] for column in columns))


def origin(assets: Assets, spells: Spells) -> Floats:
    """Day on which the unit standing when records began was new: all that its owner knows of the time before."""
    first = spells.at(np.arange(len(assets)), assets.observed_from)
    return spells.started[first] - spells.entered_d[first]
