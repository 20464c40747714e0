"""Weibull regression of the accelerated-failure-time kind by maximum penalised likelihood, with interval censoring.

S(t | x) = exp(-(t / λ)^ρ), log λ linear in the columns. The gradient is written out, so that a fit takes a fraction of
lifelines' time, which differentiates by tracing; a test holds the two equal. Kalbfleisch and Prentice, The Statistical
Analysis of Failure Time Data (2002), chapter 3.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from lifelines.exceptions import ConvergenceError
from scipy.optimize import minimize

from models.candidate import Floats, latest

LARGEST_EXPONENT = 50.0
TOLERANCE = 1e-6
MOST_ITERATIONS = 1_000


@dataclass(frozen=True)
class Weibull:
    """`coefficients`: of log λ, by column."""

    coefficients: dict[str, float]
    intercept: float
    shape: float

    @classmethod
    def fit(cls, columns: pd.DataFrame, y: np.ndarray, weight: Floats, penalizer: float) -> "Weibull":
        """Fit to `y` (n,), in which a failure may lie between its `time` and its `upper`.

        penalizer : L2 penalty, as lifelines has it: on the coefficients of columns of unit variance and on log ρ, beside
        the mean log-likelihood. Raises lifelines' ConvergenceError where no maximum is found.
        """
        scale = columns.to_numpy(float).std(axis=0, ddof=1)
        scale[scale < TOLERANCE] = 1.0
        X = np.column_stack([columns.to_numpy(float) / scale, np.ones(len(columns))])
        lives = _Lives(X, y, weight / weight.sum(), penalizer)
        start = np.zeros(X.shape[1] + 1)
        start[-2] = np.log(weight @ y["time"] / max(float(weight @ y["event"]), TOLERANCE))
        found = minimize(
            lives.loss,
            start,
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": MOST_ITERATIONS, "ftol": 1e-12, "gtol": TOLERANCE},
        )
        if not found.success or not np.isfinite(found.x).all():
            raise ConvergenceError(f"no maximum of the Weibull likelihood was found: {found.message}")
        coefficients = dict(zip(map(str, columns), (found.x[:-2] / scale).tolist(), strict=True))
        return cls(coefficients, float(found.x[-2]), float(np.exp(found.x[-1])))

    def survival(self, columns: pd.DataFrame, times: Floats) -> Floats:
        """(n, m): S at `times` (days)."""
        log_scale = self.intercept + columns.to_numpy(float) @ np.array(
            [self.coefficients[name] for name in map(str, columns)]
        )
        return np.exp(-np.exp(self.shape * (np.log(times) - log_scale[:, None])))


class _Lives:
    """The lives, sorted by what is known of their end, and the loss of (coefficients, intercept, log ρ)."""

    def __init__(self, X: Floats, y: np.ndarray, weight: Floats, penalizer: float) -> None:
        upper = latest(y)
        self.X, self.weight, self.penalizer = X, weight, penalizer
        self.exact = y["event"] & (upper <= y["time"])
        self.between = y["event"] & ~self.exact
        self.log_time, self.log_upper = np.log(y["time"]), np.log(np.where(self.between, upper, y["time"]))

    def loss(self, params: Floats) -> tuple[float, Floats]:
        """Minus the penalised mean log-likelihood, and its gradient.

        With z = ρ (log t - log λ) and H = e^z: an exact failure gives log ρ + z - H (and -log t, which no parameter
        moves), a censored life -H, one that failed between t and u log(exp(-H_t) - exp(-H_u)) =
        -H_t + log(1 - exp(H_t - H_u)).
        """
        beta, log_shape = params[:-1], params[-1]
        shape, log_scale = np.exp(log_shape), self.X @ beta
        z = np.minimum(shape * (self.log_time - log_scale), LARGEST_EXPONENT)
        hazard = np.exp(z)
        each = np.where(self.exact, log_shape + z, 0.0) - hazard
        by_z = np.where(self.exact, 1.0, 0.0) - hazard
        by_shape = by_z * z + self.exact
        if self.between.any():
            at = self.between
            z_upper = np.minimum(shape * (self.log_upper[at] - log_scale[at]), LARGEST_EXPONENT)
            gap = np.maximum(np.exp(z_upper) - hazard[at], np.finfo(float).tiny)
            each[at] += np.log(-np.expm1(-gap))
            odds = 1.0 / np.expm1(np.minimum(gap, 700.0))
            by_upper, by_lower = odds * np.exp(z_upper), odds * hazard[at]
            by_z[at] += by_upper - by_lower
            by_shape[at] += by_upper * z_upper - by_lower * z[at]
        penalised = np.append(params[:-2], log_shape)
        gradient = np.append(-shape * ((self.weight * by_z) @ self.X), self.weight @ by_shape)
        gradient[:-2] -= self.penalizer * params[:-2]
        gradient[-1] -= self.penalizer * log_shape
        value = float(self.weight @ each) - 0.5 * self.penalizer * float(penalised @ penalised)
        return -value, -gradient
