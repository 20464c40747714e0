"""Weibull regression: lifelines' own numbers, with its penalty, its weights and its intervals."""

import numpy as np
import pandas as pd
import pytest
from lifelines import WeibullAFTFitter

from models.candidate import intervals, survival
from models.weibull import Weibull


@pytest.fixture
def lives():
    rng = np.random.default_rng(3)
    columns = pd.DataFrame({"load": rng.normal(size=800), "is_pump": (rng.random(800) < 0.3).astype(float)})
    life = np.exp(6.0 - 0.5 * columns["load"] + 0.3 * columns["is_pump"]).to_numpy() * rng.weibull(1.6, 800)
    followed = rng.uniform(50.0, 1500.0, 800)
    return columns, np.maximum(np.minimum(life, followed), 1.0), life <= followed, rng.uniform(0.2, 1.0, 800)


@pytest.mark.parametrize("penalizer", [0.01, 0.5])
def test_it_finds_what_lifelines_finds(lives, penalizer):
    columns, time_d, event, weight = lives
    found = Weibull.fit(columns, survival(time_d, event), weight, penalizer)
    rows = columns.assign(time_d=time_d, event=event, weight=weight)
    same_as(found, WeibullAFTFitter(penalizer=penalizer).fit(rows, "time_d", "event", weights_col="weight"))


def test_it_finds_what_lifelines_finds_of_failures_within_intervals(lives):
    columns, time_d, event, weight = lives
    is_between = event & (np.arange(len(event)) % 3 == 0)
    upper = np.where(is_between, time_d + 60.0, time_d)
    found = Weibull.fit(columns, intervals(time_d, event, upper), weight, 0.01)
    rows = columns.assign(lower=time_d, upper=np.where(event, upper, np.inf), event=event & ~is_between, weight=weight)
    fitter = WeibullAFTFitter(penalizer=0.01)
    same_as(found, fitter.fit_interval_censoring(rows, "lower", "upper", "event", weights_col="weight"))


def same_as(found, fitter):
    scale = fitter.params_["lambda_"]
    assert found.shape == pytest.approx(float(np.exp(fitter.params_["rho_"]["Intercept"])), rel=1e-3)
    assert found.intercept == pytest.approx(float(scale["Intercept"]), rel=1e-3)
    assert found.coefficients == pytest.approx({name: float(scale[name]) for name in found.coefficients}, abs=2e-3)
