"""The laws by which the sample's equipment fails.

The hazard of an asset of age t that was repaired r times since it was new is

    h(t) = z · exp(service + maker + load · (share − 0.75) + repair · min(r, 6)) · Σ_k d/dt (t / scale_k)^shape_k

with a hidden frailty z per asset, gamma with mean 1 and variance `frailty_variance` (Vaupel, Manton and Stallard 1979).
One Weibull term is a Weibull law; a falling, a level and a steep term together are a bathtub; a maker with terms of its
own has a hazard that crosses the others', so no proportional-hazards or accelerated-life candidate is the generator.
Ages are days; scales are written in years.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

YEAR_D = 365.25
TERMS = 3
MAX_COUNTED_REPAIRS = 6
USUAL_LOAD = 0.75
LONGEST_D = 1000 * YEAR_D


class Term(NamedTuple):
    """A Weibull term of the cumulative hazard: (age / scale)^shape."""

    scale_y: float
    shape: float


@dataclass(frozen=True)
class Law:
    """How one kind of equipment fails; the effects are logarithms of hazard factors."""

    name: str
    description: str
    terms: tuple[Term, ...]
    frailty_variance: float
    load: float = 0.0
    repair: float = 0.0
    service: dict[str, float] = field(default_factory=dict)
    maker: dict[str, float] = field(default_factory=dict)
    maker_terms: dict[str, tuple[Term, ...]] = field(default_factory=dict)


CORROSIVE = {"산": 0.7, "슬러리": 0.5, "유기용제": 0.1, "탄화수소": 0.0, "스팀": 0.15, "용수": -0.3, "질소": -0.6}

LAWS = {
    law.name: law
    for law in (
        Law(
            "pump", "Weibull; the hazard of maker 태성펌프 falls with age and crosses the others'",
            (Term(5.5, 1.9),), frailty_variance=0.4, load=2.0, repair=0.10,
            service=CORROSIVE, maker={"동진펌프": 0.35, "서광기공": -0.2},
            maker_terms={"태성펌프": (Term(5.5, 0.8),)},
        ),
        Law(
            "motor", "bathtub: early failures, a level part, wear-out",
            (Term(80.0, 0.5), Term(30.0, 1.0), Term(13.0, 3.5)), frailty_variance=0.3, load=1.5, repair=0.06,
            service={"옥외": 0.3}, maker={"신우전기": 0.3},
        ),
        Law(
            "compressor", "Weibull with a strong effect of load and of past repairs",
            (Term(3.6, 1.4),), frailty_variance=0.3, load=2.5, repair=0.15, service=CORROSIVE, maker={"서광기공": 0.25},
        ),
        Law(
            "agitator", "Weibull", (Term(5.0, 1.6),), frailty_variance=0.4, load=1.5, repair=0.10,
            service=CORROSIVE, maker={"동진펌프": 0.2},
        ),
        Law(
            "exchanger", "Weibull wear-out with a strong effect of the fluid",
            (Term(14.0, 2.2),), frailty_variance=0.5, load=1.0, repair=0.12,
            service=CORROSIVE, maker={"한도중공": -0.25},
        ),
        Law(
            "vessel", "Weibull wear-out", (Term(28.0, 2.5),), frailty_variance=0.4, load=0.8, repair=0.10,
            service=CORROSIVE, maker={"한도중공": -0.2},
        ),
        Law(
            "valve", "near-constant hazard", (Term(9.0, 1.15),), frailty_variance=0.5, load=0.5, repair=0.05,
            service=CORROSIVE, maker={"유성밸브": 0.3},
        ),
        Law(
            "piping", "Weibull corrosion: late, steep, set by the fluid",
            (Term(32.0, 2.6),), frailty_variance=0.6, load=0.6, repair=0.15, service=CORROSIVE, maker={"남해강관": 0.2},
        ),
        Law(
            "building", "bathtub: defects of construction, weather, ageing",
            (Term(300.0, 0.5), Term(90.0, 1.0), Term(45.0, 3.5)), frailty_variance=0.2, service={"해안": 0.4},
        ),
        Law(
            "young", "early failures only: the hazard falls with age and with load, repairs help (one firm's own law)",
            (Term(3.0, 0.6),), frailty_variance=0.2, load=-1.5, repair=-0.08,
            maker={"동진펌프": -0.4, "신우전기": -0.3},
        ),
    )
}  # fmt: skip
"""Every law of the sample by name."""


@dataclass(frozen=True)
class Hazard:
    """The hazards of n assets as arrays: terms (n, TERMS), the rest (n,). An absent term has an infinite scale."""

    scale_d: Floats
    shape: Floats
    log_factor: Floats
    repair: Floats
    frailty: Floats

    def take(self, index: NDArray[np.intp]) -> "Hazard":
        return Hazard(*(getattr(self, name)[index] for name in self.__dataclass_fields__))

    def cumulative(self, age_d: Floats) -> Floats:
        """Cumulative hazard at an age with all factors at 1."""
        return np.power(np.maximum(age_d, 0.0)[:, None] / self.scale_d, self.shape).sum(axis=1)

    def factor(self, repairs: Floats) -> Floats:
        """What multiplies it, the frailty left out."""
        return np.exp(self.log_factor + self.repair * np.minimum(repairs, MAX_COUNTED_REPAIRS))

    def age_at(self, cumulative: Floats) -> Floats:
        """The age at which the cumulative hazard is reached (bisection on the logarithm; to 1e-6 of the age)."""
        low = np.full(len(cumulative), np.log(1e-4))
        high = np.full(len(cumulative), np.log(LONGEST_D))
        for _ in range(45):
            middle = (low + high) / 2
            is_below = self.cumulative(np.exp(middle)) < cumulative
            low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
        return np.exp((low + high) / 2)


def hazards(
    laws: list[Law], services: list[str], makers: list[str], load_share: Floats, rng: np.random.Generator
) -> Hazard:
    """The hazards of assets by their law and covariates, with their frailties drawn."""
    combinations = sorted(set(zip([law.name for law in laws], services, makers, strict=True)))
    code = {c: i for i, c in enumerate(combinations)}
    index = np.array([code[law.name, s, m] for law, s, m in zip(laws, services, makers, strict=True)], dtype=np.intp)

    def each(values: list[list[float]]) -> Floats:
        return np.array(values, dtype=np.float64)[index]

    rules = [(LAWS[law], service, maker) for law, service, maker in combinations]
    terms = [law.maker_terms.get(maker, law.terms) for law, _, maker in rules]
    padded = [[*t, *[Term(np.inf, 1.0)] * (TERMS - len(t))] for t in terms]
    effects = each(
        [[r.service.get(s, 0.0) + r.maker.get(m, 0.0), r.load, r.repair, r.frailty_variance] for r, s, m in rules]
    )
    variance = effects[:, 3]
    return Hazard(
        scale_d=each([[t.scale_y * YEAR_D for t in row] for row in padded]),
        shape=each([[t.shape for t in row] for row in padded]),
        log_factor=effects[:, 0] + effects[:, 1] * (load_share - USUAL_LOAD),
        repair=effects[:, 2],
        frailty=rng.gamma(1 / variance, variance),
    )
