"""Drawn lives follow the laws that are stated, and the true survival is what the laws say."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.stats import kstest

from jobs.sample import true_survival
from jobs.sample.columns import day_number
from jobs.sample.kinds import KINDS
from jobs.sample.laws import LAWS, YEAR_D, hazards
from jobs.sample.lives import (
    CALENDAR,
    ENDED_BY,
    FAILURE,
    LEAD_D,
    OBSERVED,
    UNOBSERVED,
    Assets,
    Spells,
    draw_assets,
    draw_spells,
    origin,
)
from jobs.sample.truth import assets_table, lives_table

EXTRACT = date(2026, 1, 31)
END = day_number(EXTRACT)


def drawn(n: int, seed: int, law: str = "", is_free: bool = False) -> tuple[Assets, Spells]:
    """Assets with sixty years of records; `is_free` takes all preventive replacement away."""
    from dataclasses import replace

    rng = np.random.default_rng(seed)
    commissioned = np.floor(rng.uniform(END - 60 * YEAR_D, END - 10 * YEAR_D, n))
    assets = draw_assets("archive_share", commissioned, commissioned + rng.uniform(0, 4000, n), rng, law)
    if is_free:
        nothing = np.zeros(n)
        assets = replace(assets, seen=nothing, sensed=nothing, calendar_d=np.full(n, np.inf))
    return assets, draw_spells(assets, END, rng)


@pytest.mark.parametrize("name", sorted(LAWS))
def test_first_lives_follow_the_stated_law(name: str) -> None:
    """Kolmogorov–Smirnov against S(t) = (1 + θ f H(t))^(−1/θ), the law with its gamma frailty integrated out."""
    law, n, rng = LAWS[name], 20_000, np.random.default_rng(3)
    service, maker = next(iter(law.service), ""), next(iter(law.maker), "")
    hazard = hazards([law] * n, [service] * n, [maker] * n, np.full(n, 0.9), rng)
    lives = hazard.age_at(rng.exponential(size=n) / (hazard.frailty * hazard.factor(np.zeros(n))))
    factor = np.exp(law.service.get(service, 0) + law.maker.get(maker, 0) + law.load * (0.9 - 0.75))

    def failed_by(age_d: np.ndarray) -> np.ndarray:
        cumulative = sum((age_d / (scale_y * 365.25)) ** shape for scale_y, shape in law.terms)
        return 1 - (1 + law.frailty_variance * factor * cumulative) ** (-1 / law.frailty_variance)

    assert kstest(lives, failed_by).pvalue > 0.001


def test_lives_after_repairs_follow_the_law_too() -> None:
    """The hazard borne over each drawn life, z f (H(life) − H(entered)), is unit exponential whatever came before."""
    assets, spells = drawn(6000, 5)
    hazard = assets.hazard.take(spells.asset)
    borne = hazard.cumulative(spells.life_d) - hazard.cumulative(spells.entered_d)
    assert spells.repairs.max() >= 3
    assert kstest(borne * hazard.frailty * hazard.factor(spells.repairs), "expon").pvalue > 0.001


def test_without_preventive_replacement_every_life_ends_in_its_failure() -> None:
    _, spells = drawn(3000, 6, is_free=True)
    failed = spells.ended_by == FAILURE
    assert {ENDED_BY[i] for i in set(spells.ended_by)} == {"failure", "end_of_surveillance"}
    np.testing.assert_allclose(spells.ended_d[failed], spells.life_d[failed], atol=1e-6)


def test_each_kind_of_preventive_replacement_comes_when_it_says() -> None:
    assets, spells = drawn(6000, 7)
    early_d = spells.life_d - spells.ended_d
    for cause in (OBSERVED, UNOBSERVED):
        low, high = LEAD_D[cause]
        assert (
            (early_d[spells.ended_by == cause] >= low - 1e-6) & (early_d[spells.ended_by == cause] <= high + 1e-6)
        ).all()
    by_calendar = spells.ended_by == CALENDAR
    np.testing.assert_allclose(spells.ended_d[by_calendar], assets.calendar_d[spells.asset][by_calendar], atol=1e-6)
    assert assets.is_monitored[spells.asset[spells.ended_by == OBSERVED]].all()
    assert spells.is_renewed[np.isin(spells.ended_by, (CALENDAR, OBSERVED, UNOBSERVED))].all()


def test_one_maker_crosses_the_others() -> None:
    """The hazard of 태성펌프 is the higher one when new and the lower one when old."""
    rng = np.random.default_rng(0)
    hazard = hazards([LAWS["pump"]] * 2, ["탄화수소"] * 2, ["태성펌프", "서광기공"], np.full(2, 0.75), rng)
    step = np.array([1.0, 1.0])
    early, late = (
        (hazard.cumulative(np.full(2, age) + step) - hazard.cumulative(np.full(2, age))) * hazard.factor(np.zeros(2))
        for age in (30.0, 5000.0)
    )
    assert early[0] > early[1]
    assert late[0] < late[1]


@pytest.mark.parametrize("name", ["motor", "building"])
def test_bathtubs_fall_and_rise(name: str) -> None:
    hazard = hazards([LAWS[name]], [""], [""], np.array([0.75]), np.random.default_rng(0))
    ages = np.array([10.0, 8 * YEAR_D, 40 * YEAR_D])
    new, middle, old = ((hazard.cumulative(ages[[i]] + 1) - hazard.cumulative(ages[[i]]))[0] for i in range(3))
    assert new > middle < old


def test_shares_of_kinds_add_up() -> None:
    assert sum(kind.archive_share for kind in KINDS) == pytest.approx(1)
    assert sum(kind.firm_share for kind in KINDS) == pytest.approx(1)


def test_origin_is_the_last_renewal_before_records() -> None:
    assets, spells = drawn(500, 8)
    start = origin(assets, spells)
    for i in range(len(assets)):
        own = spells.asset == i
        renewals = spells.ended[own & spells.is_renewed & (spells.ended <= assets.observed_from[i])]
        assert start[i] == pytest.approx(renewals.max() if len(renewals) else assets.commissioned[i])


def truth_of(assets: Assets, spells: Spells) -> tuple[pd.DataFrame, pd.DataFrame]:
    tags = pa.array([f"T-{i}" for i in range(len(assets))])
    frame = assets_table("s", tags, assets, origin(assets, spells)).to_pandas()
    return frame, lives_table("s", tags, assets, spells).to_pandas()


@pytest.mark.parametrize("is_frailty_known", [True, False])
def test_true_survival_is_calibrated_where_nobody_intervenes(is_frailty_known: bool) -> None:
    """Over many assets as many survive each horizon as the truth says (the bound is 4 standard errors)."""
    assets, lives = truth_of(*drawn(8000, 9, is_free=True))
    as_of = EXTRACT - timedelta(days=730)
    told = true_survival(assets, lives, as_of, [90, 365], is_frailty_known)
    at = pd.Timestamp(as_of)
    now = lives[(lives["started_at"] <= at) & (lives["ended_at"] > at)].set_index("equipment_tag")
    for horizon, rows in told.groupby("horizon_d"):
        survived = now.loc[rows["equipment_tag"], "ended_at"] > at + pd.Timedelta(days=int(horizon))
        variance = (rows["survival"] * (1 - rows["survival"])).sum()
        assert abs(survived.sum() - rows["survival"].sum()) < 4 * np.sqrt(variance)


def test_true_survival_with_the_frailty_known_is_the_sharper_one() -> None:
    assets, lives = truth_of(*drawn(8000, 10, is_free=True))
    as_of = EXTRACT - timedelta(days=730)
    at = pd.Timestamp(as_of)
    now = lives[(lives["started_at"] <= at) & (lives["ended_at"] > at)].set_index("equipment_tag")
    brier = []
    for is_known in (True, False):
        told = true_survival(assets, lives, as_of, [365], is_known)
        survived = now.loc[told["equipment_tag"], "ended_at"].to_numpy() > at + pd.Timedelta(days=365)
        brier.append(((told["survival"].to_numpy() - survived) ** 2).mean())
    known, integrated = brier
    assert known < integrated


def test_true_survival_falls_with_the_horizon_and_begins_at_one() -> None:
    assets, lives = truth_of(*drawn(300, 12))
    told = true_survival(assets, lives, EXTRACT - timedelta(days=1), [0, 30, 90, 365])
    by_horizon = [rows["survival"].to_numpy() for _, rows in told.groupby("horizon_d")]
    assert (by_horizon[0] == 1).all()
    assert all((later < earlier).all() for earlier, later in pairwise(by_horizon))
