"""Lifetime value of the next twelve months on revenue and on margin, with intervals (S073).

Purchases to come (MBG/NBD or Pareto/NBD, whichever the data supports better) times value of a purchase (Gamma-Gamma)
times margin rate (Bühlmann-Straub credibility). Refunds come off the day they were bought on; a day of which nothing
was left is no purchase. Intervals hold what a customer may do (posterior simulation) and what the data leaves open
about the parameters (normal approximation of their logs).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ml.btyd import GammaGamma, ModifiedBetaGeoNBD, ParetoNBD, summarise
from ml.btyd.history import Array
from ml.gate import Abstained, too_few

UNIT_DAYS = 7.0
FEWEST_CUSTOMERS, FEWEST_REPEATERS = 100, 50
MOST_CORRELATION = 0.3  # of frequency and spend; Gamma-Gamma takes it to be 0
INTERVAL = 0.8
PARAMETER_DRAWS, CHUNK = 10, 10_000
Buying = ModifiedBetaGeoNBD | ParetoNBD


@dataclass(frozen=True)
class LifetimeValue:
    """`customers`: one row each; `total`: value of all with its interval; `facts`: parameters and counts for a card."""

    customers: pd.DataFrame
    total: dict[str, float]
    facts: dict[str, Any]
    buying: Buying
    spend: GammaGamma


def lifetime_value(
    purchases: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    customer: str = "customer_id",
    date: str = "order_date",
    revenue: str = "revenue",
    margin: str | None = "margin",
    horizon_days: float = 365.0,
    annual_discount: float = 0.0,
    draws: int = 200,
    seed: int = 7,
) -> LifetimeValue | Abstained:
    """Purchase log (one row per order or line, refunds as negative amounts on the day of the purchase) -> values.

    Columns of `customers`: frequency, recency, T (weeks), p_alive, expected_purchases, expected_value, margin_rate,
    clv_revenue and clv_margin, each with _low and _high (80 % interval), and status: `ok`, or `no paid purchase`, whose
    values are missing. Without `margin` the margin columns are missing values.
    """
    log = purchases.loc[purchases[date] <= as_of]
    history = summarise(
        log, customer=customer, date=date, amount=revenue, end=as_of, unit_days=UNIT_DAYS, paid_only=True
    )
    x, tx, big_t = (history[c].to_numpy(float) for c in ("frequency", "recency", "T"))
    m = history["monetary"].to_numpy(float)
    refusal = too_few(len(x), FEWEST_CUSTOMERS, "customers with a paid purchase", "有付费购买的客户")
    refusal = refusal or too_few(int((x > 0).sum()), FEWEST_REPEATERS, "customers who bought again", "复购客户")
    if refusal:
        return refusal
    fitted = _fit(x, tx, big_t, m)
    if isinstance(fitted, Abstained):
        return fitted
    buying, spend, likelihoods = fitted

    horizon = horizon_days / UNIT_DAYS
    expected, value = buying.expected_purchases(horizon, x, tx, big_t), spend.expected_value(x, m)
    discount = _discount(buying, horizon, horizon_days, annual_discount, x, tx, big_t, expected)
    rate = _margin_rates(log, history.index, customer, date, revenue, margin)
    low, high, totals = _simulated(buying, spend, horizon, (x, tx, big_t, m), discount, rate, draws, seed)
    point = expected * value * discount
    frame = history.drop(columns="monetary").assign(
        p_alive=buying.probability_alive(x, tx, big_t), expected_purchases=expected, expected_value=value,
        margin_rate=rate, clv_revenue=point, clv_revenue_low=low, clv_revenue_high=high, clv_margin=point * rate,
        clv_margin_low=np.minimum(low * rate, high * rate), clv_margin_high=np.maximum(low * rate, high * rate),
        status="ok",
    )  # fmt: skip
    everyone = np.sort(log[customer].unique())
    frame = frame.reindex(pd.Index(everyone, name=customer))
    frame["status"] = frame["status"].fillna("no paid purchase")
    return LifetimeValue(
        frame.reset_index(), _total(point, rate, totals), _facts(buying, spend, likelihoods), buying, spend
    )


def _fit(x: Array, tx: Array, big_t: Array, m: Array) -> tuple[Buying, GammaGamma, dict[str, float]] | Abstained:
    """The likelier buying model of two with as many parameters, and the spend model."""
    fitted: list[Buying] = []
    for kind in (ModifiedBetaGeoNBD, ParetoNBD):
        try:
            fitted.append(kind().fit(x, tx, big_t))
        except ValueError:
            continue
    try:
        spend = GammaGamma().fit(x, m)
    except ValueError:
        fitted = []
    if not fitted:
        return Abstained("no buying or spend model can be fitted to this history", "购买历史无法拟合任何购买或金额模型")
    if spend.q_ <= 1:
        return Abstained("the spend per purchase is so unequal that it has no mean", "单次购买金额差异过大，均值不存在")
    if abs(spend.correlation_) > MOST_CORRELATION:
        found = f"{spend.correlation_:.2f}"
        return Abstained(
            f"how often and how much customers buy go together (correlation {found}); the spend model takes them apart",
            f"购买频率与金额相关（{found}），金额模型假定两者独立",
        )
    best = max(fitted, key=lambda model: model.log_likelihood_)
    return best, spend, {type(model).__name__: model.log_likelihood_ for model in fitted}


def _discount(
    buying: Buying, horizon: float, days: float, annual: float, x: Array, tx: Array, big_t: Array, expected: Array
) -> Array | float:
    """What one unit of value over the horizon is worth today: purchases of each quarter of it, at its middle."""
    if not annual:
        return 1.0
    steps = np.arange(1, 5) / 4
    sums = [buying.expected_purchases(horizon * step, x, tx, big_t) for step in steps]
    worth = (1 + annual) ** (-(steps - 1 / 8) * days / 365)
    gains = np.diff(np.vstack([np.zeros_like(expected), *sums]), axis=0)
    return worth @ gains / np.maximum(expected, 1e-300)


def _simulated(
    buying: Buying, spend: GammaGamma, horizon: float, history: tuple[Array, ...], discount: Array | float, rate: Array,
    draws: int, seed: int,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Low and high value per customer, and (2, draws) totals of revenue and margin. Chunks share parameter draws."""
    x = history[0]
    rng = np.random.default_rng(seed)
    sets = [(_drawn(buying, rng), _drawn(spend, rng)) for _ in range(min(PARAMETER_DRAWS, draws))]
    each = -(-draws // len(sets))
    low, high, totals = np.empty(len(x)), np.empty(len(x)), np.zeros((2, each * len(sets)))
    factor, tail = np.broadcast_to(discount, x.shape), (1 - INTERVAL) / 2
    for no, start in enumerate(range(0, len(x), CHUNK)):
        part = slice(start, start + CHUNK)
        rng = np.random.default_rng([seed, no])
        cx, ctx, ct, cm = (column[part] for column in history)
        found = []
        for buyer, spender in sets:
            bought = buyer.simulate(horizon, cx, ctx, ct, rng, each)
            found.append(spender.simulate(bought, cx, cm, rng))
        values = np.concatenate(found) * factor[part]
        low[part], high[part] = np.quantile(values, [tail, 1 - tail], axis=0)
        totals += [values.sum(axis=1), values @ np.nan_to_num(rate[part])]
    return low, high, totals


def _drawn(model: Any, rng: np.random.Generator) -> Any:
    """The same model with parameters drawn around the estimate."""
    logs = np.log([getattr(model, name) for name in model.names])
    return type(model)().with_parameters(np.exp(rng.multivariate_normal(logs, model.covariance_)))


def _margin_rates(
    log: pd.DataFrame, customers: pd.Index, customer: str, date: str, revenue: str, margin: str | None
) -> Array:
    """Margin per unit of revenue and customer, drawn towards that of all by how much the customer's own tells.

    Bühlmann & Straub (1970) over purchase days. Missing values without any known margin.
    """
    if margin is None or log[margin].isna().all():
        return np.full(len(customers), np.nan)
    known = log.loc[log[margin].notna()]
    days = known.groupby([customer, date], as_index=False)[[revenue, margin]].sum()
    days = days.loc[days[revenue] > 0]
    weight, ratio = days[revenue].to_numpy(float), days[margin].to_numpy(float) / days[revenue].to_numpy(float)
    at = days[customer].map(pd.Series(np.arange(len(customers)), index=customers)).to_numpy(float)
    held = ~np.isnan(at)
    at, weight, ratio = at[held].astype(np.int64), weight[held], ratio[held]
    revenues = np.bincount(at, weight, len(customers))
    if not revenues.sum():
        return np.full(len(customers), np.nan)
    own = np.bincount(at, weight * ratio, len(customers)) / np.where(revenues > 0, revenues, 1)
    mean, seen = (revenues @ own) / revenues.sum(), np.count_nonzero(revenues)
    # A day's margin rate varies no less for a big basket: what counts is how many days make up the revenue (Kish).
    days_like = revenues**2 / np.maximum(np.bincount(at, weight**2, len(customers)), 1e-300)
    total = days_like.sum()
    inside = float(((ratio - own[at]) ** 2).sum()) / max(len(at) - seen, 1)
    spread = days_like @ (own - mean) ** 2 - (seen - 1) * inside
    between = spread / max(total - (days_like @ days_like) / total, 1e-300)
    if between <= 0:
        return np.full(len(customers), mean)
    trust = days_like * between / (days_like * between + inside)
    return np.where(revenues > 0, trust * own + (1 - trust) * mean, mean)


def _total(point: Array, rate: Array, totals: Array) -> dict[str, float]:
    tail = (1 - INTERVAL) / 2
    found = {"clv_revenue": float(point.sum()), "clv_margin": float((point * rate).sum())}
    for name, drawn in zip(("clv_revenue", "clv_margin"), totals, strict=True):
        found[f"{name}_low"], found[f"{name}_high"] = (float(v) for v in np.quantile(drawn, [tail, 1 - tail]))
    if np.isnan(found["clv_margin"]):
        found["clv_margin_low"] = found["clv_margin_high"] = float("nan")
    return found


def _facts(buying: Buying, spend: GammaGamma, likelihoods: dict[str, float]) -> dict[str, Any]:
    return {
        "buying_model": type(buying).__name__,
        "buying_parameters": {name.rstrip("_"): getattr(buying, name) for name in buying.names},
        "log_likelihoods": likelihoods,
        "spend_parameters": {name.rstrip("_"): getattr(spend, name) for name in spend.names},
        "frequency_spend_correlation": spend.correlation_,
        "unit_days": UNIT_DAYS,
        "interval": INTERVAL,
    }
