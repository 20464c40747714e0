"""The scores against scikit-survival and lifelines, and on lives whose law is known."""

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from sksurv.metrics import concordance_index_censored, concordance_index_ipcw, integrated_brier_score

from models import metrics
from models.candidate import survival
from models.errors import TooFewFailures

TIMES = np.array([30.0, 90.0, 180.0, 365.0])


@pytest.fixture(scope="module")
def lives():
    """3,000 Weibull lives with a known scale each, censored at random; times in whole days, so with ties."""
    rng = np.random.default_rng(1)
    scale = 500.0 * np.exp(rng.normal(0.0, 0.6, 3000))
    life, censored = np.ceil(scale * rng.weibull(1.5, 3000)), np.ceil(rng.uniform(50, 900, 3000))
    return scale, np.minimum(life, censored), life <= censored


def weibull(scale, times):
    return np.exp(-((times / scale[:, None]) ** 1.5))


def test_harrell_c_is_scikit_survivals(lives):
    scale, time_d, event = lives
    expected = concordance_index_censored(event, time_d, -scale)[0]
    assert metrics.harrell_c(time_d, event, -scale, np.ones(3000)) == pytest.approx(expected, abs=1e-9)


def test_uno_c_is_scikit_survivals(lives):
    scale, time_d, event = lives
    y = survival(time_d, event)
    expected = concordance_index_ipcw(y, y, -scale, tau=365.0)[0]
    assert metrics.uno_c(time_d, event, -scale, 365.0, np.ones(3000)) == pytest.approx(expected, abs=1e-9)


def test_integrated_brier_is_scikit_survivals(lives):
    scale, time_d, event = lives
    y, predicted = survival(time_d, event), weibull(scale, TIMES)
    rows = metrics.brier_rows(time_d, event, predicted, TIMES)
    assert metrics.weighted_mean(rows, np.ones(3000)) == pytest.approx(integrated_brier_score(y, y, predicted, TIMES))


def test_weighted_kaplan_meier_is_lifelines(lives):
    _, time_d, event = lives
    weight = np.random.default_rng(2).integers(1, 4, len(time_d)).astype(float)
    fitted = KaplanMeierFitter().fit(time_d, event, weights=weight)
    times, share = metrics.kaplan_meier(time_d, event, weight)
    assert share == pytest.approx(fitted.survival_function_at_times(times).to_numpy())
    assert metrics.observed(time_d, event, 365.0, weight) == pytest.approx(1 - fitted.predict(365.0))


def test_a_draw_is_a_weighting(lives):
    scale, time_d, event = lives
    weights = metrics.draws(3000, 3, seed=0)
    at_once = metrics.harrell_c(time_d, event, -scale, weights)
    repeated = [np.repeat(np.arange(3000), w.astype(int)) for w in weights]
    assert at_once == pytest.approx([concordance_index_censored(event[i], time_d[i], -scale[i])[0] for i in repeated])


def test_the_right_model_is_calibrated_and_tripled_lives_are_not_while_c_stays(lives):
    scale, time_d, event = lives
    one = np.ones(3000)
    for horizon in (90.0, 365.0):
        right, tripled = (weibull(scale * k, np.array([horizon]))[:, 0] for k in (1.0, 3.0))
        assert metrics.observed_expected(time_d, event, right, horizon, one) == pytest.approx(1.0, abs=0.1)
        assert metrics.observed_expected(time_d, event, tripled, horizon, one) > 2.5
    c = metrics.harrell_c(time_d, event, -scale, one)
    assert metrics.harrell_c(time_d, event, -3.0 * scale, one) == c


def test_the_right_model_has_the_better_brier_score(lives):
    scale, time_d, event = lives
    right, tripled = (
        metrics.weighted_mean(metrics.brier_rows(time_d, event, weibull(scale * k, TIMES), TIMES), np.ones(3000))
        for k in (1.0, 3.0)
    )
    assert right < tripled


@pytest.mark.parametrize(
    "score",
    [
        lambda t, e, w: metrics.harrell_c(t, e, t, w),
        lambda t, e, w: metrics.uno_c(t, e, t, 365.0, w),
        lambda t, e, w: metrics.brier_rows(t, e, np.ones((len(t), 4)), TIMES),
        lambda t, e, w: metrics.observed_expected(t, e, np.ones(len(t)), 90.0, w),
    ],
)
def test_all_censored_is_refused(score):
    with pytest.raises(TooFewFailures, match="all 50 times are censored"):
        score(np.arange(1.0, 51.0), np.zeros(50, bool), np.ones(50))


def test_a_horizon_that_nobody_reached_is_refused():
    with pytest.raises(TooFewFailures, match="followed for 365 days"):
        metrics.brier_rows(np.array([10.0, 20.0]), np.array([True, False]), np.ones((2, 4)), TIMES)


def test_interval_covers_the_mean_and_its_width_follows_the_units():
    rng = np.random.default_rng(3)
    unit = np.repeat(np.arange(100), 10)
    rows = np.repeat(rng.normal(5.0, 1.0, 100), 10)  # rows of one unit are equal: 100 observations, not 1,000
    interval = metrics.bootstrap(lambda w: metrics.weighted_mean(rows, w), unit, np.ones(1000), 500, seed=0)
    assert interval.low < 5.0 < interval.high
    assert interval.high - interval.low == pytest.approx(2 * 1.96 / 10, rel=0.25)
    assert interval.units == 100


def test_no_interval_under_twenty_units():
    interval = metrics.bootstrap(lambda w: metrics.weighted_mean(np.ones(19), w), np.arange(19), np.ones(19), 50, 0)
    assert (interval.low, interval.high) == (None, None)
    assert interval.reason == "19 units; 20 are needed for an interval"


def test_a_tenth_has_failed_by_p10_however_many_are_censored():
    rng = np.random.default_rng(3)
    scale = rng.uniform(100.0, 2000.0, 20_000)
    life, followed = rng.exponential(scale), rng.exponential(150.0, 20_000)
    time_d, event, one = np.minimum(life, followed), life <= followed, np.ones(20_000)
    assert metrics.failed_by(time_d, event, -scale * np.log(0.9), one) == pytest.approx(0.10, abs=0.01)
    assert metrics.failed_by(time_d, event, -2 * scale * np.log(0.9), one) == pytest.approx(0.19, abs=0.015)
