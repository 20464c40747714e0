"""The calibration map."""

import numpy as np
import pytest

from models.calibration import Calibration
from models.curves import resample

HORIZONS = (30, 90, 365)
TIMES = np.linspace(5.0, 400.0, 80)


def exponential(rate, n=5000, seed=0):
    """Lives at a constant hazard (per day), censored at 365 days, and the hazard curve of the model asked."""
    life = np.random.default_rng(seed).exponential(1 / rate, n)
    return np.minimum(life, 365.0), life <= 365.0


def test_a_model_with_half_the_true_hazard_is_doubled():
    time_d, event = exponential(0.004)
    hazard = np.tile(0.002 * TIMES, (len(time_d), 1))
    learned = Calibration.fit(HORIZONS, TIMES, hazard, time_d, event)
    assert learned.factors == pytest.approx([2.0] * 3, rel=0.1)
    assert learned.apply(TIMES, hazard[:1])[0] == pytest.approx(0.004 * TIMES, rel=0.1)


def test_each_band_has_its_own_factor():
    calibrated = Calibration(HORIZONS, (2.0, 1.0, 0.5)).apply(TIMES, 0.001 * TIMES[None])
    at = resample(TIMES, calibrated, np.array([30.0, 90.0, 365.0, 400.0]))[0]
    assert at == pytest.approx([0.06, 0.12, 0.12 + 0.1375, 0.12 + 0.155], rel=0.05)


def test_few_failures_move_little():
    time_d, event = exponential(0.004, n=10)
    learned = Calibration.fit(HORIZONS, TIMES, np.tile(0.002 * TIMES, (10, 1)), time_d, event)
    assert max(learned.factors) < 1.3


def test_curves_stay_monotone():
    hazard = np.cumsum(np.random.default_rng(0).exponential(0.01, (50, len(TIMES))), axis=1)
    calibrated = Calibration(HORIZONS, (0.2, 5.0, 0.1)).apply(TIMES, hazard)
    assert (np.diff(calibrated, axis=1) >= 0).all()


def test_the_empty_map_changes_nothing():
    hazard = 0.001 * TIMES[None]
    assert Calibration.none().apply(TIMES, hazard) == pytest.approx(hazard)
