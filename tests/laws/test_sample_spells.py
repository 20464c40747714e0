"""Laws of the drawn lives, for any mix of assets."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.sample.laws import LAWS, YEAR_D, Hazard
from jobs.sample.lives import END, draw_assets, draw_spells

END_DAY = 20_000.0


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32),
    n=st.integers(1, 60),
    years=st.floats(1, 60),
    law=st.sampled_from(["", *LAWS]),
)
def test_spells_tile_the_time_since_commissioning(seed: int, n: int, years: float, law: str) -> None:
    """Without gap or overlap, from commissioning to the end; the age runs on unless the unit was renewed."""
    rng = np.random.default_rng(seed)
    commissioned = END_DAY - rng.uniform(0.1, 1.0, n) * years * YEAR_D
    spells = draw_spells(draw_assets("firm_share", commissioned, commissioned, rng, law), END_DAY, rng)
    is_first = np.r_[True, spells.asset[1:] != spells.asset[:-1]]
    is_last = np.r_[is_first[1:], True]
    np.testing.assert_array_equal(spells.started[is_first], commissioned)
    np.testing.assert_array_equal(spells.started[~is_first], spells.ended[~is_last])
    np.testing.assert_array_equal(spells.ended[is_last], END_DAY)
    np.testing.assert_array_equal(spells.ended_by[is_last], END)
    before, after = ~is_last, ~is_first
    aged = np.where(spells.is_renewed[before], 0.0, spells.ended_d[before])
    np.testing.assert_allclose(spells.entered_d[after], aged, atol=1e-6)
    assert (spells.life_d >= spells.ended_d - 1e-6).all()


@settings(max_examples=50, deadline=None, derandomize=True)
@given(age=st.floats(1.0, 100 * YEAR_D), law=st.sampled_from(sorted(LAWS)))
def test_age_at_undoes_cumulative(age: float, law: str) -> None:
    terms = [*LAWS[law].terms, *[(np.inf, 1.0)] * 3][:3]
    one = np.ones(1)
    scale, shape = (np.array([[float(t[i]) for t in terms]]) for i in range(2))
    hazard = Hazard(scale * YEAR_D, shape, 0 * one, 0 * one, one)
    np.testing.assert_allclose(hazard.age_at(hazard.cumulative(np.array([age]))), age, rtol=1e-6)
