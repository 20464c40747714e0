"""What planning needs to know of the sample's assets: spares and their lead times, shutdown-only work, legal inspections.

Drawn from a stream of their own, so that lives, records and dirt of a seed do not depend on them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobs.sample.kinds import KINDS
from jobs.sample.laws import YEAR_D, Floats
from jobs.sample.lives import Assets


class Duty(NamedTuple):
    """A kind's share of assets that can be worked on in a shutdown only, and the law that has it inspected."""

    shutdown_only: float = 0.0
    legal_basis: str = ""
    legal_share: float = 0.0


DUTIES = {
    "CO": Duty(0.5, "고압가스 안전관리법 제16조의2", 0.5),
    "HE": Duty(0.6, "산업안전보건법 제93조", 0.6),
    "VE": Duty(0.8, "산업안전보건법 제93조", 0.9),
    "TA": Duty(0.3, "위험물안전관리법 제18조", 0.7),
    "PI": Duty(0.4, "고압가스 안전관리법 제16조의2", 0.1),
    "VA": Duty(0.3),
}
"""By kind; the others can be worked on while the plant runs, and no law has them inspected."""

LEADS_D = (14, 30, 60, 90, 180)
SPARE_SHARE = 0.35
OVERDUE_D, LONGEST_NOTICE_Y = 30.0, 4.0
REQUIRED_SHARE = 0.67
"""The required thickness as a share of the nominal one: findings that led to a replacement lie below it."""
CLASSES = np.array([0.2, 0.4, 0.3, 0.1])
"""Shares of API 570's piping classes 1 to 4."""


@dataclass(frozen=True)
class Duties:
    """Of n assets: `legal_due` is NaN, `legal_basis` and `piping_class` empty or 0 where there is none."""

    has_spare: NDArray[np.bool_]
    lead_d: NDArray[np.int64]
    is_shutdown_only: NDArray[np.bool_]
    legal_due: Floats
    legal_basis: list[str]
    piping_class: NDArray[np.int64]


def draw_duties(assets: Assets, end: float, rng: np.random.Generator) -> Duties:
    """The duties of assets as they stand on the day `end`."""
    n = len(assets)
    duties = [DUTIES.get(KINDS[k].code, Duty()) for k in assets.kind]

    def chance(share: list[float]) -> NDArray[np.bool_]:
        return rng.random(n) < np.array(share)

    is_legal = chance([duty.legal_share for duty in duties])
    due = np.floor(end + rng.uniform(-OVERDUE_D, LONGEST_NOTICE_Y * YEAR_D, n))
    is_piping = np.array([KINDS[k].code == "PI" for k in assets.kind], dtype=bool)
    return Duties(
        has_spare=rng.random(n) < SPARE_SHARE,
        lead_d=rng.choice(LEADS_D, size=n),
        is_shutdown_only=chance([duty.shutdown_only for duty in duties]),
        legal_due=np.where(is_legal, due, np.nan),
        legal_basis=[duty.legal_basis if is_due else "" for duty, is_due in zip(duties, is_legal, strict=True)],
        piping_class=np.where(is_piping, rng.choice(4, size=n, p=CLASSES) + 1, 0),
    )


def register_cells(duties: Duties, i: int, day: Callable[[float], Any]) -> dict[str, Any]:
    """What a small firm's register says of asset `i`; `day` writes a date in the firm's way."""
    due = duties.legal_due[i]
    return {
        "has_spare": "유" if duties.has_spare[i] else "무",
        "spare_lead_d": int(duties.lead_d[i]),
        "is_shutdown_only": "O" if duties.is_shutdown_only[i] else "X",
        "legal_inspection_due_on": "" if np.isnan(due) else day(due),
        "legal_inspection_basis": duties.legal_basis[i],
    }
