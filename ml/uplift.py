"""Uplift: whom a contact moves, where chance decided who was contacted; a refusal that says why otherwise (S107).

Measure: the area between the Qini curve and the line of a random choice, over n², so that it compares between sets:
Q = Σ_k (g(k) - k/n · g(n)) / n², g(k) = responses of treated among the best k less those of controls scaled to as many
contacts (Radcliffe 2007). The noise band is that of random scores on the same rows. A learner must beat both the band
and the best single rule, or it is not used; the T-learner is two ridge logistic models.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.gate import Abstained
from ml.logistic import RidgeLogit

Array = NDArray[np.float64]
FOLDS, REPEATS, DRAWS, SEED = 5, 3, 200, 13
FEWEST_PER_ARM, FEWEST_RESPONSES = 500, 50
MOST_IMBALANCE = 0.03  # AUC of telling the arms apart by what was known before


@dataclass(frozen=True)
class Uplift:
    """Effect on all with its 95 % interval; Qini of learner, response model and best rule; the verdict."""

    effect: float
    effect_low: float
    effect_high: float
    qini: dict[str, float]
    noise: float
    best_rule: str
    serves: str | None
    verdict_en: str
    verdict_zh: str
    scores: Array


def qini(score: ArrayLike, treated: ArrayLike, y: ArrayLike) -> float:
    """Area between the Qini curve and random choice over n²; tied scores enter together."""
    score, t, y = (np.asarray(v, dtype=float) for v in (score, treated, y))
    order = np.argsort(-score)  # the order of ties does not matter, and the quick sort is four times as fast
    t, y, ranked = t[order], y[order], score[order]
    nt, nc = np.cumsum(t), np.cumsum(1 - t)
    rt, rc = np.cumsum(y * t), np.cumsum(y * (1 - t))
    gain = rt - np.divide(rc * nt, nc, out=np.zeros_like(rc), where=nc > 0)
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    at, value = np.append(0, last + 1), np.append(0.0, gain[last])
    area = np.trapezoid(value, at) - value[-1] * len(score) / 2
    return float(area / len(score) ** 2)


def effect(
    treated: ArrayLike, y: ArrayLike, strata: ArrayLike | None = None, units: ArrayLike | None = None
) -> tuple[float, float, float]:
    """Difference of response rates of treated and control with its 95 % interval.

    strata: the experiment of each row; differences within each, weighted by its treated. units: whose row it is; rows
    of one unit count as one observation in the interval (sandwich estimate).
    """
    t, y = np.asarray(treated, dtype=bool), np.asarray(y, dtype=float)
    _, at = np.unique(np.zeros(len(y)) if strata is None else np.asarray(strata), return_inverse=True)
    nt, nc = np.bincount(at, t), np.bincount(at, ~t)
    if not nt.all() or not nc.all():
        raise ValueError("every stratum needs rows of both arms")
    rate_t, rate_c = np.bincount(at, y * t) / nt, np.bincount(at, y * ~t) / nc
    gap = float(nt @ (rate_t - rate_c) / nt.sum())
    pull = np.where(t, (y - rate_t[at]) / nt[at], (rate_c[at] - y) / nc[at]) * nt[at] / nt.sum()
    if units is not None:
        pull = np.bincount(np.unique(np.asarray(units), return_inverse=True)[1], pull)
    half = 1.959963984540054 * float(np.sqrt((pull**2).sum()))
    return gap, gap - half, gap + half


def noise_band(treated: ArrayLike, y: ArrayLike, draws: int = DRAWS, units: ArrayLike | None = None) -> float:
    """The 95 % quantile of the size of Qini of random scores on these rows, one score for each unit."""
    rng = np.random.default_rng(SEED)
    n = len(np.asarray(y))
    at = np.arange(n) if units is None else np.unique(np.asarray(units), return_inverse=True)[1]
    return float(np.quantile([abs(qini(rng.random(at.max() + 1)[at], treated, y)) for _ in range(draws)], 0.95))


def no_control(treated: ArrayLike) -> Abstained | None:
    """Why there is no effect to measure: an arm is empty."""
    t = np.asarray(treated, dtype=bool)
    if t.any() and not t.all():
        return None
    return Abstained(
        "nobody was kept as a control group, so what a contact causes cannot be told from what would have happened",
        "没有对照组,无法区分营销效果与自然发生的结果",
    )


def too_small(treated: ArrayLike, y: ArrayLike) -> Abstained | None:
    """Why it cannot be told who is moved more than others: too few rows or responses."""
    t, responses = np.asarray(treated, dtype=bool), int(np.asarray(y, dtype=float).sum())
    arms = min(int(t.sum()), int((~t).sum()))
    if arms >= FEWEST_PER_ARM and responses >= FEWEST_RESPONSES:
        return None
    return Abstained(
        f"{arms:,} in the smaller arm, {responses:,} responses; needed {FEWEST_PER_ARM} and {FEWEST_RESPONSES}",
        f"较小组{arms:,}人、回应{responses:,}次,至少需要{FEWEST_PER_ARM}人和{FEWEST_RESPONSES}次",
    )


def arms_differ(x: Array, treated: ArrayLike) -> Abstained | None:
    """Why chance did not draw the arms: a model tells them apart, on rows that it has not seen."""
    from ml.evaluate import auc

    t = np.asarray(treated, dtype=bool)
    folds, told = _folds(np.arange(len(t))), np.empty(len(t))
    for k in range(FOLDS):
        if len(np.unique(t[folds != k])) < 2:
            return None  # a handful of rows tells nothing
        told[folds == k] = RidgeLogit(10.0).fit(x[folds != k], t[folds != k]).predict(x[folds == k])
    found = auc(t, told)
    if found - 0.5 <= max(MOST_IMBALANCE, 3 * np.sqrt(1 / (12 * min(t.sum(), (~t).sum())))):
        return None  # below a half is chance: out of fold, a model of nothing errs to that side
    return Abstained(
        f"the arms differ before the contact (AUC {found:.3f}), so chance did not draw them",
        f"两组在营销前已有差异(AUC {found:.3f}),并非随机分组",
    )


def uplift(
    x: Array,
    names: list[str],
    treated: ArrayLike,
    y: ArrayLike,
    units: ArrayLike | None = None,
    repeats: int = REPEATS,
    is_random: bool = False,
) -> Uplift | Abstained:
    """x: n × p known before the contact, treated and y: 0/1, units: whose row it is (each its own without it).

    No row is scored by a model that saw an outcome of its unit. is_random: `arms_differ` has been asked already.
    """
    t, y = np.asarray(treated, dtype=float), np.asarray(y, dtype=float)
    of = np.arange(len(y)) if units is None else np.asarray(units)
    if no := no_control(t) or too_small(t, y) or (None if is_random else arms_differ(x, t)):
        return no
    learner, response = np.zeros(len(y)), np.zeros(len(y))
    rules: list[tuple[str, int, Array]] = []
    for folds, k in [(_folds(of, SEED + repeat), k) for repeat in range(repeats) for k in range(FOLDS)]:
        out, one, zero = folds == k, (folds != k) & (t == 1), (folds != k) & (t == 0)
        if min(y[one].sum(), y[zero].sum()) == 0:
            return Abstained("an arm of a fold has no response at all", "某一折中有一组没有任何回应")
        with_contact = RidgeLogit(10.0).fit(x[one], y[one]).predict(x[out])
        learner[out] += (with_contact - RidgeLogit(10.0).fit(x[zero], y[zero]).predict(x[out])) / repeats
        response[out] += with_contact / repeats
    for j, name in enumerate(names):
        rules += [(name, 1, x[:, j]), (name, -1, -x[:, j])]
    best = max(rules, key=lambda rule: qini(rule[2], t, y))
    found = {"t_learner": qini(learner, t, y), "response_model": qini(response, t, y), "best_rule": qini(best[2], t, y)}
    band = noise_band(t, y, units=of)
    told = f"{best[0]} {'high' if best[1] > 0 else 'low'}"
    if found["t_learner"] <= band:
        serves, en = None, "not distinguishable: the contact moves all alike, as far as this experiment can tell"
        zh = "无法区分:在本次试验中,营销对所有人的影响看不出差异"
    elif found["t_learner"] < found["best_rule"]:
        serves, en = told, f"differences exist; one rule ({told}) ranks them as well as the model, and is used"
        zh = f"存在差异;单一规则({told})不逊于模型,采用该规则"
    else:
        serves, en, zh = (
            "t_learner",
            "differences exist and the model ranks them better than any one rule",
            "存在差异,模型优于任何单一规则",
        )
    return Uplift(*effect(t, y, units=of), found, band, told, serves, en, zh, learner)


def _folds(units: ArrayLike, seed: int = SEED) -> NDArray[np.int64]:
    """Fold of each row, the same for all rows of a unit."""
    _, at = np.unique(np.asarray(units), return_inverse=True)
    return (np.random.default_rng(seed).permutation(at.max() + 1) % FOLDS)[at]


def describe(found: Uplift) -> dict[str, Any]:
    """What a card says of it: effect, Qini times 10,000, noise band, verdict."""
    return {
        "effect": found.effect,
        "effect_low": found.effect_low,
        "effect_high": found.effect_high,
        **{f"qini_e4_{name}": value * 1e4 for name, value in found.qini.items()},
        "noise_e4": found.noise * 1e4,
        "verdict": found.verdict_en,
    }
