"""What drives satisfaction: how much of the variance of a judgement each of its drivers explains (S142, S143).

LMG shares (Lindeman, Merenda & Gold 1980; Grömping 2007, The American Statistician 61(2)): the gain in R² of a driver,
averaged over all orders in which the drivers can enter a linear model. Shares add up to R²; orthogonal drivers get
their squared correlation; two equal drivers share evenly. They describe, and do not prove cause.
"""

from datetime import date
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.driver_tables import DRIVERS

Array = NDArray[np.float64]

MOST_DRIVERS = 12  # 4,096 models; more would double the work each
FEWEST_ROWS_PER_DRIVER = 10
RESAMPLES, SEED = 200, 7
DIGITS = 10  # the last digits of a solver are not the same on every machine

# One row per answer with the target and one driver each, percent of the scale. Loyalty is not asked beside its drivers,
# so a customer's loyalty meets the mean of the same customer's judgements.
ANSWERS = {
    ("satisfaction", "overall"): """
        select response_id as unit, item, cast(score_percent as double) as score from core.fct_surveys
        where survey_kind = 'csat' and score_percent is not null and answered_on <= $as_of""",
    ("loyalty", "loyalty"): """
        select customer_id as unit, case when survey_kind = 'csat' then item else 'loyalty' end as item,
            cast(sum(score_percent) as double) / count(*) as score
        from core.fct_surveys
        where customer_id is not null and score_percent is not null and answered_on <= $as_of
            and not (survey_kind = 'csat' and item = 'overall')
        group by all""",
}


def lmg(x: Array, y: Array) -> Array:
    """LMG of each column of x (n × p) for y (n): p numbers that add up to R². Constant columns explain nothing."""
    p = x.shape[1]
    if p > MOST_DRIVERS:
        raise ValueError(f"{p} drivers; at most {MOST_DRIVERS} can be shared out over all orders of entry")
    r = _correlations(np.column_stack([x, y]))
    explained = {frozenset(s): _r_squared(r, list(s)) for size in range(p + 1) for s in combinations(range(p), size)}
    orders = [factorial(size) * factorial(p - size - 1) / factorial(p) for size in range(p)]
    shares = np.zeros(p)
    for j in range(p):
        for subset, value in explained.items():
            if j not in subset:
                shares[j] += orders[len(subset)] * (explained[subset | {j}] - value)
    return shares


def _correlations(columns: Array) -> Array:
    centred = columns - columns.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-12)
    return unit.T @ unit


def _r_squared(r: Array, subset: list[int]) -> float:
    """R² of the last variable on a subset; a least-squares solution, so that equal drivers are no error."""
    if not subset:
        return 0.0
    slopes = np.linalg.lstsq(r[np.ix_(subset, subset)], r[subset, -1], rcond=1e-10)[0]
    return float(slopes @ r[subset, -1])


def drivers(x: Array, y: Array, names: list[str]) -> list[dict[str, Any]]:
    """One dict per driver, strongest first: shares with their 95 % bootstrap interval, slope, mean and priority.

    x: n × p in percent of the scales, y: n. Resamples are drawn from a fixed seed, so equal rows give equal results.
    """
    shares = lmg(x, y)
    total = shares.sum()
    rng = np.random.default_rng(SEED)
    draws = np.array([_shares_of(x[at], y[at]) for at in rng.integers(0, len(y), (RESAMPLES, len(y)))])
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    order = sorted(range(len(names)), key=lambda j: (-shares[j], names[j]))
    ranks = {j: no for no, j in enumerate(order, start=1)}
    drawn_ranks = (-draws).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
    r = _correlations(np.column_stack([x, y]))
    slopes = np.linalg.lstsq(r[:-1, :-1], r[:-1, -1], rcond=1e-10)[0]
    means = x.mean(axis=0)
    return [
        {
            "driver": names[j],
            "r_squared": total,
            "lmg": shares[j],
            "lmg_share": shares[j] / total if total > 1e-12 else None,
            "share_low": low[j],
            "share_high": high[j],
            "rank_no": ranks[j],
            "rank_stability": float((drawn_ranks[:, j] == ranks[j]).mean()),
            "correlation": r[j, -1],
            "standardised_slope": slopes[j],
            "mean_percent": means[j],
            "priority": _priority(low[j], high[j], 1 / len(names), means[j] < means.mean()),
        }
        for j in order
    ]


def _shares_of(x: Array, y: Array) -> Array:
    shares = lmg(x, y)
    return shares / shares.sum() if shares.sum() > 1e-12 else np.full(x.shape[1], 1 / x.shape[1])


def _priority(low: float, high: float, even: float, is_weak: bool) -> str:
    """Importance against performance; unclear where the interval of the share holds an even share."""
    if low > even:
        return "improve first" if is_weak else "keep up"
    if high < even:
        return "low priority" if is_weak else "possible overkill"
    return "unclear"


def complete_cases(rows: list[tuple[str, str, float]], target: str) -> tuple[Array, Array, list[str]]:
    """(unit, item, score) -> x, y and the drivers' names: units with the target and every driver in use.

    A driver that fewer than half of the units with a target and a driver answered is left out, as it would cost rows.
    """
    by_unit: dict[str, dict[str, float]] = {}
    for unit, item, score in rows:
        by_unit.setdefault(unit, {})[item] = score
    judged = [by_unit[unit] for unit in sorted(by_unit) if target in by_unit[unit] and len(by_unit[unit]) > 1]
    items = sorted({item for scores in judged for item in scores} - {target})
    asked = {item: sum(item in scores for scores in judged) for item in items}
    names = sorted(sorted(items, key=lambda item: (-asked[item], item))[:MOST_DRIVERS])
    names = [item for item in names if 2 * asked[item] >= len(judged)]
    whole = [scores for scores in judged if all(item in scores for item in names)]
    x = np.array([[scores[item] for item in names] for scores in whole], dtype=float).reshape(len(whole), len(names))
    return x, np.array([scores[target] for scores in whole], dtype=float), names


def refusal(x: Array, y: Array) -> str | None:
    """Why there is no answer from these rows; None when there is one."""
    n, p = x.shape
    if p == 0:
        return "no driver was asked beside the target"
    if n < FEWEST_ROWS_PER_DRIVER * (p + 1):
        return f"{n} complete answers; {FEWEST_ROWS_PER_DRIVER * (p + 1)} are needed for {p} drivers"
    if np.ptp(y) == 0:
        return "every answer to the target is the same"
    return None


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> None:
    """Writes scores.satisfaction_drivers: one row per analysis and driver, or one with the reason why there is none."""
    found: list[dict[str, Any]] = []
    for (analysis, target), query in ANSWERS.items():
        answers = con.execute(f"{query} order by all", {"as_of": as_of}).fetchall()
        x, y, names = complete_cases(answers, target)
        common = {"as_of": as_of, "analysis": analysis, "target": target, "answer_count": len(y)}
        common["driver_count"] = len(names)
        if reason := refusal(x, y):
            found.append(common | {"rank_no": 1, "status": reason})
        else:
            found += [common | row | {"status": "ok"} for row in drivers(x, y, names)]
    DRIVERS.write(con, pd.DataFrame(found, columns=DRIVERS.names).round(DIGITS))
