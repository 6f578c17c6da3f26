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
    order = np.argsort(-score, kind="stable")
    t, y, ranked = t[order], y[order], score[order]
    nt, nc = np.cumsum(t), np.cumsum(1 - t)
    rt, rc = np.cumsum(y * t), np.cumsum(y * (1 - t))
    gain = rt - np.divide(rc * nt, nc, out=np.zeros_like(rc), where=nc > 0)
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    at, value = np.append(0, last + 1), np.append(0.0, gain[last])
    area = np.trapezoid(value, at) - value[-1] * len(score) / 2
    return float(area / len(score) ** 2)


def effect(treated: ArrayLike, y: ArrayLike) -> tuple[float, float, float]:
    """Difference of response rates of treated and control with its 95 % interval."""
    t, y = np.asarray(treated, dtype=bool), np.asarray(y, dtype=float)
    gap = y[t].mean() - y[~t].mean()
    half = 1.959963984540054 * np.sqrt(y[t].var() / t.sum() + y[~t].var() / (~t).sum())
    return float(gap), float(gap - half), float(gap + half)


def noise_band(treated: ArrayLike, y: ArrayLike, draws: int = DRAWS) -> float:
    """The 95 % quantile of the size of Qini of random scores on these rows."""
    rng = np.random.default_rng(SEED)
    return float(np.quantile([abs(qini(rng.random(len(np.asarray(y))), treated, y)) for _ in range(draws)], 0.95))


def refusal(x: Array, treated: ArrayLike, y: ArrayLike) -> Abstained | None:
    """Why uplift cannot be measured: no control, too few rows, or arms that were not drawn by chance."""
    from ml.evaluate import auc

    t, y = np.asarray(treated, dtype=bool), np.asarray(y, dtype=float)
    arms = min(int(t.sum()), int((~t).sum()))
    if arms == 0:
        return Abstained(
            "nobody was kept as a control group, so what a contact causes cannot be told from what would have happened",
            "没有对照组,无法区分营销效果与自然发生的结果",
        )
    if arms < FEWEST_PER_ARM or y.sum() < FEWEST_RESPONSES:
        return Abstained(
            f"{arms:,} in the smaller arm, {int(y.sum()):,} responses; needed {FEWEST_PER_ARM} and {FEWEST_RESPONSES}",
            f"较小组{arms:,}人、回应{int(y.sum()):,}次,至少需要{FEWEST_PER_ARM}人和{FEWEST_RESPONSES}次",
        )
    folds = _folds(len(y))
    told = np.empty(len(y))
    for k in range(FOLDS):
        told[folds == k] = RidgeLogit(10.0).fit(x[folds != k], t[folds != k]).predict(x[folds == k])
    found = auc(t, told)
    if abs(found - 0.5) > max(MOST_IMBALANCE, 3 * np.sqrt(1 / (12 * arms))):
        return Abstained(
            f"the arms differ before the contact (AUC {found:.3f}), so chance did not draw them",
            f"两组在营销前已有差异(AUC {found:.3f}),并非随机分组",
        )
    return None


def uplift(x: Array, names: list[str], treated: ArrayLike, y: ArrayLike) -> Uplift | Abstained:
    """x: n × p known before the contact, treated and y: 0/1. No row is scored by a model that saw its outcome."""
    t, y = np.asarray(treated, dtype=float), np.asarray(y, dtype=float)
    if no := refusal(x, t, y):
        return no
    learner, response = np.zeros(len(y)), np.zeros(len(y))
    rules: list[tuple[str, int, Array]] = []
    for folds, k in [(_folds(len(y), SEED + repeat), k) for repeat in range(REPEATS) for k in range(FOLDS)]:
        out, one, zero = folds == k, (folds != k) & (t == 1), (folds != k) & (t == 0)
        if min(y[one].sum(), y[zero].sum()) == 0:
            return Abstained("an arm of a fold has no response at all", "某一折中有一组没有任何回应")
        with_contact = RidgeLogit(10.0).fit(x[one], y[one]).predict(x[out])
        learner[out] += (with_contact - RidgeLogit(10.0).fit(x[zero], y[zero]).predict(x[out])) / REPEATS
        response[out] += with_contact / REPEATS
    for j, name in enumerate(names):
        rules += [(name, 1, x[:, j]), (name, -1, -x[:, j])]
    best = max(rules, key=lambda rule: qini(rule[2], t, y))
    found = {"t_learner": qini(learner, t, y), "response_model": qini(response, t, y), "best_rule": qini(best[2], t, y)}
    band = noise_band(t, y)
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
    return Uplift(*effect(t, y), found, band, told, serves, en, zh, learner)


def _folds(n: int, seed: int = SEED) -> NDArray[np.int64]:
    return np.random.default_rng(seed).permutation(n) % FOLDS


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
