"""Replacement at opportunities against the optima that are known in closed form or by quadrature."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from models.replacement import Costs, decide, long_run_rate

SCALE_D, SHAPE = 1000.0, 2.0
TIMES = np.arange(1.0, 4001.0)
WINDOW_D = 2.0


def weibull(age_d: float, shape: float = SHAPE) -> np.ndarray:
    """(1, m): the cumulative hazard from an age on."""
    return (((age_d + TIMES) / SCALE_D) ** shape - (age_d / SCALE_D) ** shape)[None]


def test_minimal_repair_is_replaced_at_barlow_and_hunters_age():
    costs = Costs(failure=10.0, planned=1.0, renewed=0.0)
    best_d = SCALE_D * (1.0 / (10.0 * (SHAPE - 1))) ** (1 / SHAPE)

    rates = long_run_rate(TIMES, weibull(0), costs, WINDOW_D)[0]

    assert WINDOW_D * (rates.argmin() + 1) == pytest.approx(best_d, rel=0.01)
    assert rates.min() == pytest.approx(2 * 1.0 / best_d, rel=0.001)
    dues = [bool(decide(TIMES, weibull(age), weibull(0), costs, WINDOW_D).is_due[0]) for age in (310, 322)]
    assert dues == [False, True]


def test_a_failure_that_renews_is_age_replacement():
    costs = Costs(failure=10.0, planned=1.0)

    def rate(age_d: float) -> float:
        stands = np.exp(-((age_d / SCALE_D) ** SHAPE))
        time_d = quad(lambda t: np.exp(-((t / SCALE_D) ** SHAPE)), 0, age_d)[0]
        return (10.0 * (1 - stands) + 1.0 * stands) / time_d

    best = minimize_scalar(rate, bounds=(10, 3000), method="bounded")

    rates = long_run_rate(TIMES, weibull(0), costs, WINDOW_D)[0]

    assert rates.min() == pytest.approx(best.fun, rel=0.001)
    assert WINDOW_D * (rates.argmin() + 1) == pytest.approx(best.x, rel=0.02)
    dues = [
        bool(decide(TIMES, weibull(age), weibull(0), costs, WINDOW_D).is_due[0])
        for age in (0.95 * best.x, 1.05 * best.x)
    ]
    assert dues == [False, True]


@pytest.mark.parametrize("renewed", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("shape", [0.7, 1.0])
def test_what_does_not_age_is_never_replaced(shape, renewed):
    costs = Costs(failure=10.0, planned=1.0, renewed=renewed)
    for age_d in (0.0, 500.0, 3000.0):
        assert decide(TIMES, weibull(age_d, shape), weibull(0, shape), costs, 90.0).saving[0] < 0


def test_nothing_is_replaced_where_a_planned_job_costs_what_a_failure_does():
    assert not decide(TIMES, weibull(900), weibull(0), Costs(failure=1.0, planned=1.0), 90.0).is_due[0]


def test_an_item_whose_hazard_falls_first_is_judged_by_its_best_opportunity():
    """High for the next window, nothing after it: one window ahead alone would say to replace it."""
    soon = np.minimum(TIMES / 90.0, 1.0)[None] * 0.2
    costs = Costs(failure=10.0, planned=3.0, renewed=0.0)
    new = TIMES[None] * 1e-3
    rate = long_run_rate(TIMES, new, costs, 90.0).min()

    assert rate * 90.0 < 0.2 * 10.0
    assert not decide(TIMES, soon, new, costs, 90.0).is_due[0]


def test_items_have_their_own_costs_and_shares():
    hazard = np.repeat(weibull(400), 3, axis=0)
    costs = Costs(np.array([10.0, 10.0, 2.0]), np.array([1.0, 9.0, 1.0]), np.array([0.0, 0.0, 0.5]))

    together = decide(TIMES, hazard, weibull(0), costs, 30.0)

    assert together.is_due.tolist() == [True, False, False]
    for n, (failure, planned, renewed) in enumerate(zip(costs.failure, costs.planned, costs.renewed, strict=True)):
        alone = decide(TIMES, weibull(400), weibull(0), Costs(failure, planned, renewed), 30.0)
        assert together.saving[n] == pytest.approx(alone.saving[0])
        assert together.rate[n] == pytest.approx(alone.rate[0])
