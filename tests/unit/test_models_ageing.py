"""The law of age against lives whose law is known: repaired items, watched from an age on, with frailties of their own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.ageing import YEAR_D, Ageing

ATTRIBUTES = ("load_share", "equipment_class", "manufacturer")
WINDOW_D = 91.0
NONE_RENEWED = {"": 0.0}


def watched(
    items: int, shape: float, seed: int, load_effect: float = 2.0, frailty_variance: float = 0.3
) -> pd.DataFrame:
    """Six years of each item by windows; the cumulative hazard of a usual item at 5 years is 1."""
    rng = np.random.default_rng(seed)
    frailty = rng.gamma(1 / frailty_variance, frailty_variance, items)
    load = rng.uniform(0.5, 1.0, items)
    entered = rng.uniform(0, 8 * YEAR_D, items)
    rows = []
    for i in range(items):
        factor = frailty[i] * np.exp(load_effect * (load[i] - 0.75))
        for age_d in entered[i] + WINDOW_D * np.arange(24):
            at = (np.array([age_d, age_d + WINDOW_D]) / (5 * YEAR_D)) ** shape
            gap = rng.exponential() / factor
            after = ((at[0] + gap) ** (1 / shape)) * 5 * YEAR_D - age_d
            rows.append((f"P-{i:04d}", age_d, min(after, WINDOW_D), after <= WINDOW_D, load[i], frailty[i]))
    frame = pd.DataFrame(rows, columns=["item_id", "age_d", "days", "failed", "load_share", "frailty"])
    names = {"_source": "sample", "unit": frame["item_id"], "equipment_class": "PU", "manufacturer": "한빛"}
    return frame.assign(**names, repairs_count=0.0)


@pytest.fixture(scope="module")
def periods():
    return watched(400, shape=1.8, seed=6)


def test_shape_scale_and_load_are_found_with_the_ages_at_entry_and_the_frailties_unknown(periods):
    law = Ageing.fit(periods, ATTRIBUTES, NONE_RENEWED)
    assert law.shapes["PU", ""] == pytest.approx(1.8, rel=0.1)
    assert law.frailty_variance["PU"] == pytest.approx(0.3, abs=0.1)

    usual = periods.head(2).assign(load_share=[0.75, 0.95], age_d=0.0)
    at_5_y = law.new_hazard(usual, np.array([5 * YEAR_D]))[:, 0]
    assert at_5_y[0] == pytest.approx(1.0, rel=0.15)
    assert at_5_y[1] / at_5_y[0] == pytest.approx(np.exp(2.0 * 0.2), rel=0.15)


def test_an_item_is_as_frail_as_its_own_failures_say(periods):
    law = Ageing.fit(periods, ATTRIBUTES, NONE_RENEWED)
    items = periods.drop_duplicates("item_id")
    told = law.frailty(periods, items)
    assert np.corrcoef(told, items["frailty"])[0, 1] > 0.55
    assert told.mean() == pytest.approx(1.0, abs=0.1)
    unknown = items.head(1).assign(item_id="new")
    assert law.frailty(periods, unknown) == pytest.approx(1.0)


def test_an_item_that_stands_has_the_hazard_that_is_left_of_a_new_one(periods):
    law = Ageing.fit(periods, ATTRIBUTES, NONE_RENEWED)
    row = periods.head(1)
    age_d, times = float(row["age_d"].iloc[0]), np.array([100.0, 1000.0])
    until_age = law.new_hazard(row, np.array([age_d]))
    assert law.hazard(row, times) == pytest.approx(law.new_hazard(row, age_d + times) - until_age)


def test_where_the_law_is_no_weibull_each_span_of_age_has_its_own_failures():
    """Level until 5 years and steep after."""
    level, steep = watched(600, shape=1.0, seed=2), watched(300, shape=2.5, seed=3)
    young, old = level[level["age_d"] < 5 * YEAR_D], steep[steep["age_d"] > 5 * YEAR_D]
    periods = pd.concat([young, old.assign(item_id="Q" + old["item_id"])], ignore_index=True)
    law = Ageing.fit(periods, ATTRIBUTES, NONE_RENEWED)
    weibull = replace(law, bends={"": (np.zeros(1), np.ones(1))})
    assert furthest_off(law, periods) < 0.5
    assert furthest_off(weibull, periods) > 1.5 * furthest_off(law, periods)


def furthest_off(law: Ageing, periods: pd.DataFrame) -> float:
    """The largest log of failures over expected ones, up or down, by spans of 2.5 years."""
    expected = law.frailty(periods, periods) * law.hazard(periods, periods["days"].to_numpy()[:, None])[:, 0]
    by_span = pd.DataFrame({"failed": periods["failed"], "expected": expected}).groupby(
        periods["age_d"] // (2.5 * YEAR_D)
    )
    sums = by_span.sum()
    return float(np.log(sums["failed"] / sums["expected"]).abs().max())


def test_what_failed_too_seldom_lives_as_its_class_does(periods):
    rare = periods.head(24).assign(item_id="X", manufacturer="드문", failed=False, frailty=1.0)
    law = Ageing.fit(pd.concat([periods, rare], ignore_index=True), ATTRIBUTES, NONE_RENEWED)
    known, other = (law.new_hazard(rows.head(1), np.array([5 * YEAR_D]))[0, 0] for rows in (periods, rare))
    assert other == pytest.approx(known, rel=0.35)


def test_each_class_has_frailties_and_effects_of_its_own():
    calm = watched(300, 1.8, seed=8, load_effect=0.0, frailty_variance=0.05)
    wild = watched(300, 1.8, seed=9, load_effect=3.0, frailty_variance=0.8)
    wild = wild.assign(item_id="W" + wild["item_id"], unit="W" + wild["unit"], equipment_class="CO")
    law = Ageing.fit(pd.concat([calm, wild], ignore_index=True), ATTRIBUTES, NONE_RENEWED)
    assert law.frailty_variance["PU"] < 0.2 < 0.5 < law.frailty_variance["CO"]
    for rows, effect in ((calm, 0.0), (wild, 3.0)):
        two = rows.head(2).assign(load_share=[0.65, 0.85], age_d=0.0)
        low, high = law.new_hazard(two, np.array([5 * YEAR_D]))[:, 0]
        assert np.log(high / low) == pytest.approx(0.2 * effect, abs=0.2)


def survivors(items: int, shape: float, frailty_variance: float, renewed: float) -> pd.DataFrame:
    """Repaired items that came under observation at up to 12 years, had none of their failures renewed them before."""
    rng = np.random.default_rng(4)
    frailty = rng.gamma(1 / frailty_variance, frailty_variance, 20 * items)
    entered = rng.uniform(0, 12 * YEAR_D, 20 * items)
    borne = frailty * (entered / (5 * YEAR_D)) ** shape
    stays = np.flatnonzero(rng.random(20 * items) < np.exp(-renewed * borne))[:items]
    rows = []
    for i in stays:
        for age_d in entered[i] + WINDOW_D * np.arange(24):
            at = (age_d / (5 * YEAR_D)) ** shape
            after = ((at + rng.exponential() / frailty[i]) ** (1 / shape)) * 5 * YEAR_D - age_d
            rows.append((f"P-{i:05d}", age_d, min(after, WINDOW_D), after <= WINDOW_D))
    frame = pd.DataFrame(rows, columns=["item_id", "age_d", "days", "failed"])
    names = {"_source": "sample", "unit": frame["item_id"], "equipment_class": "PU", "manufacturer": "한빛"}
    return frame.assign(**names, load_share=0.75, repairs_count=0.0)


def test_law_6_who_is_met_at_an_age_was_not_renewed_until_then():
    periods = survivors(500, shape=2.2, frailty_variance=0.8, renewed=0.5)
    told, ignored = (Ageing.fit(periods, ATTRIBUTES, {"": share}) for share in (0.5, 0.0))
    assert told.shapes["PU", ""] == pytest.approx(2.2, rel=0.1)
    assert ignored.shapes["PU", ""] < told.shapes["PU", ""] - 0.2
    assert told.frailty_variance["PU"] == pytest.approx(0.8, rel=0.25)


def test_early_failures_are_found_in_periods_longer_than_they_last():
    rng = np.random.default_rng(5)
    age_y = rng.uniform(0, 4, 6000)
    early, level = 0.25, (0.6, 0.05)
    hazard = level[0] * np.clip(early - age_y, 0, 1) + level[1] * (1 - np.clip(early - age_y, 0, 1))
    failed = rng.random(6000) < -np.expm1(-hazard)
    into = np.where(
        rng.random(6000) < level[0] * np.clip(early - age_y, 0, 1) / hazard, np.clip(early - age_y, 0, 1), 1.0
    )
    frame = pd.DataFrame({"age_d": age_y * YEAR_D, "days": np.where(failed, into * rng.random(6000), 1.0) * YEAR_D})
    item = pd.Series([f"P-{i}" for i in range(6000)])
    names = {"_source": "sample", "unit": item, "item_id": item, "equipment_class": "PU", "manufacturer": "한빛"}
    periods = frame.assign(failed=failed, load_share=0.75, repairs_count=0.0, **names)
    law = Ageing.fit(periods, ATTRIBUTES, NONE_RENEWED)
    a_quarter, a_year = law.new_hazard(periods.head(1), np.array([0.25, 1.0]) * YEAR_D)[0]
    assert a_quarter == pytest.approx(0.15, rel=0.3)
    assert a_year - a_quarter == pytest.approx(0.75 * 0.05, rel=0.4)
