"""Left truncation: a known Weibull law comes back from truncated lives, and only if entry is not ignored."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from lifelines import WeibullFitter

from models.lives import LifeRules, lives

SHAPE, SCALE_D = 2.0, 1000.0
DAY_0 = date(2015, 1, 1)
AS_OF = DAY_0 + timedelta(days=1500)


def truncated_lives(units: int) -> pd.DataFrame:
    """Lives of units commissioned long before records began; those that failed before were never registered."""
    rng = np.random.default_rng(7)
    began = rng.integers(-1600, 500, units)
    died = began + np.maximum(np.ceil(SCALE_D * rng.weibull(SHAPE, units)).astype(int), 1)
    units_seen = [(f"P-{n}", int(b), int(d)) for n, (b, d) in enumerate(zip(began, died, strict=True)) if d > 0]
    items = pd.DataFrame(
        [
            {
                "item_id": tag,
                "equipment_tag": tag,
                "commissioned_on": DAY_0 + timedelta(days=b),
                "surveillance_from": DAY_0 + timedelta(days=max(b, 0)),
                "surveillance_to": min(DAY_0 + timedelta(days=d), AS_OF),
            }
            for tag, b, d in units_seen
        ]
    )
    events = pd.DataFrame(
        {
            "item_id": [tag for tag, _, _ in units_seen],
            "record_id": [tag for tag, _, _ in units_seen],
            "occurred_on": [DAY_0 + timedelta(days=d) for _, _, d in units_seen],
            "known_on": [DAY_0 + timedelta(days=d) for _, _, d in units_seen],
            "is_failure": True,
            "is_renewal": False,
            "is_corrective": False,
            "preventive_basis": None,
        }
    )
    return lives(events, items, LifeRules("sample", "sample", AS_OF))


def test_a_known_weibull_comes_back_from_truncated_lives_and_fails_without_entry() -> None:
    spells = truncated_lives(6000)
    assert 0.55 < (spells["entered_d"] > 0).mean() < 0.65
    fitted = WeibullFitter().fit(spells["ended_d"], spells["event"], entry=spells["entered_d"])
    assert fitted.rho_ == pytest.approx(SHAPE, rel=0.05)
    assert fitted.lambda_ == pytest.approx(SCALE_D, rel=0.05)
    naive = WeibullFitter().fit(spells["ended_d"], spells["event"])
    assert naive.lambda_ != pytest.approx(SCALE_D, rel=0.1)
