"""What was measured, held against the regime it was measured in: learned from training rows, kept as data."""

import json

import numpy as np
import pandas as pd
import pytest

from models.encode import Encoder

LEVEL = "measured_t24_degr_level"
ALTITUDE, GROUND = "altitude_kft=35", "altitude_kft=0"


def rows(n: int = 400, seed: int = 0) -> pd.DataFrame:
    """Wear raises the reading by 2; the regime moves it by 100 and makes it swing three times as far."""
    rng = np.random.default_rng(seed)
    regime = np.where(rng.random(n) < 0.5, GROUND, ALTITUDE)
    wear = rng.normal(size=n)
    level = np.where(regime == GROUND, 640.0 + 2.0 * wear, 540.0 + 6.0 * wear)
    return pd.DataFrame({"regime": regime, LEVEL: level, "age_d": rng.uniform(0, 300, n), "wear": wear})


def test_a_reading_enters_as_its_distance_from_its_own_regime():
    train = rows()
    encoder = Encoder.fit(train.drop(columns="wear"))
    later = rows(seed=1)
    encoded = encoder.transform(later)[LEVEL]
    assert np.corrcoef(encoded, later["wear"])[0, 1] > 0.999
    assert np.corrcoef(later[LEVEL], later["wear"])[0, 1] < 0.2


def test_the_regimes_means_are_those_of_the_training_rows_and_survive_as_json():
    train, later = rows(), rows(seed=1).drop(columns="wear")
    encoder = Encoder.fit(train.drop(columns="wear"))
    at_ground = train.loc[train["regime"] == GROUND, LEVEL]
    assert encoder.regimes[LEVEL][GROUND] == pytest.approx((at_ground.mean(), at_ground.std(ddof=0)))
    restored = Encoder.restore(json.loads(json.dumps(encoder.state())))
    pd.testing.assert_frame_equal(restored.transform(later), encoder.transform(later))


def test_an_unknown_regime_is_held_against_all_rows_and_one_regime_changes_nothing():
    train = rows().drop(columns="wear")
    unknown = train.head(3).assign(regime=["mach=0.8", None, GROUND])
    encoded = Encoder.fit(train).transform(unknown)[LEVEL]
    assert np.isfinite(encoded).all()
    one = train.assign(regime=GROUND)
    assert Encoder.fit(one).regimes == {}
