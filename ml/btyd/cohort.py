"""Histories of new customers drawn from a model with known parameters: what an estimator must find again."""

import numpy as np
from numpy.typing import ArrayLike

from ml.btyd.geometric import BetaGeoNBD
from ml.btyd.history import Array
from ml.btyd.pareto import ParetoNBD


def draw(model: BetaGeoNBD | ParetoNBD, T: ArrayLike, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """frequency, recency and is-alive at the end of ages `T`, one customer each."""
    age = np.asarray(T, dtype=float)
    n = len(age)
    rate = rng.gamma(model.r_, size=n) / model.alpha_
    leaves, dropout = np.full(n, np.inf), np.zeros(n)
    if isinstance(model, ParetoNBD):
        leaves = rng.exponential(size=n) / (rng.gamma(model.s_, size=n) / model.beta_)
    else:
        dropout = rng.beta(model.a_, model.b_, size=n)
    x, tx, now = np.zeros(n), np.zeros(n), np.zeros(n)
    stays = np.ones(n, dtype=bool)
    if not isinstance(model, ParetoNBD) and model._extra:
        stays = rng.random(n) >= dropout
    going = np.flatnonzero(stays)
    while len(going):
        now[going] += rng.exponential(size=len(going)) / np.maximum(rate[going], 1e-300)
        going = going[now[going] < np.minimum(age, leaves)[going]]
        x[going] += 1
        tx[going] = now[going]
        drops = rng.random(len(going)) < dropout[going]
        stays[going[drops]] = False
        going = going[~drops]
    return x, tx, stays & (leaves > age)
