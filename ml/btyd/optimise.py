"""Maximum likelihood over positive parameters: quasi-Newton on a thinned set of cells, Newton steps on all of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

Array = NDArray[np.float64]
# log parameters -> negative log-likelihood and its gradient by the log parameters
Objective = Callable[[Array], tuple[float, Array]]

WITHIN = 1e-6  # log-likelihood that a further step would still gain
MOST_STEPS = 12
VERY_BAD = 1e100
BOUND = 14.0  # parameters stay within e^-14 .. e^14; a fit at the edge has no finite maximum


@dataclass(frozen=True)
class Fit:
    """Parameters, log-likelihood, and the covariance of the log parameters (inverse of the observed information)."""

    parameters: Array
    log_likelihood: float
    covariance: Array


def maximise(whole: Objective, start: Array, *, thinned: Objective | None = None) -> Fit:
    """Maximum of `whole`; `thinned` is the same likelihood on fewer cells, where there are very many.

    Raises ValueError where the likelihood has no finite maximum.
    """
    whole = _guarded(whole)
    look = _guarded(thinned) if thinned else whole
    # Threads of linear algebra only wait for each other on four parameters; and sums come in one order.
    with threadpool_limits(limits=1):
        z = _search(look, np.log(start))
        curvature = _hessian(look, z)
        z, value, is_done = _newton(whole, z, curvature)
        if not is_done:
            z = _search(whole, z)
            curvature = _hessian(whole, z)
            z, value, _ = _newton(whole, z, curvature)
    if value >= VERY_BAD or np.abs(z).max() > BOUND - 0.01:
        raise ValueError("the likelihood has no finite maximum on this data")
    return Fit(np.exp(z), -value, _inverse(curvature))


def _guarded(objective: Objective) -> Objective:
    """Far from the maximum a likelihood may overflow: such places count as very bad instead of as no number."""

    def both(z: Array) -> tuple[float, Array]:
        with np.errstate(all="ignore"):
            value, gradient = objective(z)
        if np.isfinite(value) and np.isfinite(gradient).all():
            return value, gradient
        return VERY_BAD, np.zeros_like(z)

    return both


def _search(objective: Objective, z: Array) -> Array:
    found = minimize(
        objective, z, jac=True, method="L-BFGS-B", bounds=[(-BOUND, BOUND)] * len(z), options={"ftol": 1e-13}
    )
    return found.x


def _newton(objective: Objective, z: Array, curvature: Array) -> tuple[Array, float, bool]:
    """Steps with a fixed curvature until the next one would gain next to nothing."""
    inverse = _inverse(curvature)
    value, gradient = objective(z)
    for _ in range(MOST_STEPS):
        step = inverse @ gradient
        gain = float(gradient @ step) / 2
        if gain < WITHIN:
            return z, value, True
        trial, trial_gradient = objective(z - step)
        if trial > value + 1e-9 * abs(value):
            return z, value, False
        z, value, gradient = z - step, trial, trial_gradient
    return z, value, False


def _hessian(objective: Objective, z: Array, width: float = 1e-4) -> Array:
    steps = np.eye(len(z)) * width
    columns = [(objective(z + step)[1] - objective(z - step)[1]) / (2 * width) for step in steps]
    hessian = np.array(columns)
    return (hessian + hessian.T) / 2


def _inverse(curvature: Array) -> Array:
    """Inverse with the directions that the data does not tell held within a factor of e."""
    values, vectors = np.linalg.eigh(curvature)
    return (vectors / np.maximum(values, 1.0)) @ vectors.T


def numeric(value: Callable[[Array], float], width: float = 1e-5) -> Objective:
    """Objective with its gradient by central differences, for likelihoods of few cells."""

    def both(z: Array) -> tuple[float, Array]:
        steps = np.eye(len(z)) * width
        return value(z), np.array([(value(z + s) - value(z - s)) / (2 * width) for s in steps])

    return both
