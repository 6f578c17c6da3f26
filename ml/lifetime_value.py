"""Scores of lifetime value: scores.lifetime_value from core.fct_orders by the models of ml.clv (S073, S097).

Revenue of a day is its sales less what was returned of them up to as_of; margin is what the known cost leaves of it.
Boosting (ml.spend_boosted) is judged beside them on the same customers and days; it is stated and does not serve.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ml.card import card, expires_on, silent
from ml.evaluate import difference
from ml.gate import Abstained
from ml.store import fingerprint, keep, plain
from ml.tables import LIFETIME

# Orders that were cancelled, or hold nothing of value, are no purchases; the day is the unit of purchase.
PURCHASES = """
    select
        customer_id,
        cast(ordered_on as timestamp) as order_date,
        cast(sum(net_base) as double) as revenue,
        cast(case when count(*) = count(cost_base) then sum(net_base - cost_base) end as double) as margin
    from core.fct_orders
    where customer_id is not null and not is_cancelled and positive_line_count > 0 and ordered_on <= $as_of
    group by customer_id, ordered_on
    order by customer_id, ordered_on
"""
MOST_BIAS = 0.15  # of a challenger that is called better
MONEY = [f"clv_{kind}_12m{end}" for kind in ("revenue", "margin") for end in ("", "_low", "_high")]


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.lifetime_value: one row per customer with a purchase, values empty where the model abstains."""
    from ml.clv import UNIT_DAYS, lifetime_value

    log = con.execute(PURCHASES, {"as_of": as_of}).df()
    said = {
        "question": "How often will a customer buy in the next twelve months, and for how much?",
        "population": "Everyone with a purchase.",
        "intended": "Ranking customers by value, limits of what keeping one may cost.",
        "forbidden": "Terms or credit of single people; what a campaign causes.",
        "data": fingerprint(con, "features.customer_features"),
    }
    answer = lifetime_value(log, as_of=pd.Timestamp(as_of))
    if isinstance(answer, Abstained):
        rows = pd.DataFrame({"customer_id": log["customer_id"].unique()}).reindex(columns=LIFETIME.names)
        LIFETIME.write(con, rows.assign(as_of=as_of, status="abstained"))
        return [silent("lifetime_value", as_of, answer, **said)]
    backtest = holdout(log, as_of)
    mark = grade_of(backtest)
    model_id = keep(home, "lifetime_value", "json", plain(answer.facts), str(said["data"]))
    found = answer.customers
    rows = pd.DataFrame({"customer_id": found["customer_id"], "as_of": as_of})
    rows["status"] = found["status"].where(found["status"] != "ok", "scored")
    rows["p_alive"], rows["expected_purchases_12m"] = found["p_alive"].round(6), found["expected_purchases"].round(6)
    for column in MONEY:
        rows[column] = found[column.replace("_12m", "")].round(2)
    is_scored = rows["status"] == "scored"
    rows["grade"] = pd.Series(mark, index=rows.index).where(is_scored)
    rows["model_id"] = pd.Series(model_id, index=rows.index).where(is_scored)
    rows["expires_on"] = pd.Series(expires_on(as_of), index=rows.index, dtype=object).where(is_scored, None)
    LIFETIME.write(con, rows)
    facts = {**answer.facts, "unit_days": UNIT_DAYS, **backtest, **{f"total_{k}": v for k, v in answer.total.items()}}
    return [
        card(
            "lifetime_value",
            as_of,
            status="scored",
            grade=mark,
            serves=answer.facts["buying_model"],
            model_id=model_id,
            **said,
            facts=facts,
        )
    ]


def holdout(log: pd.DataFrame, as_of: date, share: float = 0.25) -> dict[str, Any]:
    """Forecast of the last quarter of the history from what lay before it, against what came and a rate carried on.

    bias: forecast over actual less 1, of revenue of the customers known then; mae and mae_rate: mean absolute error of
    model and of the past rate of spending carried on; gain: by how much the first is lower, with its 95 % interval;
    spearman with the low end of its own. What `challenged` says of the challenger follows.
    """
    from ml.clv import lifetime_value

    first = log["order_date"].min()
    days = int((pd.Timestamp(as_of) - first).days * share) if len(log) else 0
    if days < 28:
        return {}
    then = pd.Timestamp(as_of) - pd.Timedelta(days=days)
    answer = lifetime_value(log, as_of=then, margin=None, horizon_days=float(days), draws=10)
    if isinstance(answer, Abstained):
        return {}
    known = answer.customers[answer.customers["status"] == "ok"].set_index("customer_id")
    later = log[(log["order_date"] > then)].groupby("customer_id")["revenue"].sum().reindex(known.index).fillna(0.0)
    before = log[log["order_date"] <= then].groupby("customer_id")["revenue"].sum().reindex(known.index)
    rate = before / (known["T"] * 7 + 1) * days
    actual = float(later.sum())
    gain, low, high = difference(later, rate, known["clv_revenue"], measure=_mae)
    spearman = float(known["clv_revenue"].corr(later, method="spearman"))
    return {
        "holdout_days": float(days),
        "holdout_actual": actual,
        "holdout_bias": float(known["clv_revenue"].sum() / actual - 1) if actual else float("nan"),
        "holdout_bias_rate": float(rate.sum() / actual - 1) if actual else float("nan"),
        "holdout_mae": _mae(later, known["clv_revenue"]),
        "holdout_mae_rate": _mae(later, rate),
        "holdout_gain": gain,
        "holdout_gain_low": low,
        "holdout_gain_high": high,
        "holdout_spearman": spearman,
        "holdout_spearman_low": _spearman_low(spearman, len(known)),
        **challenged(log, then, float(days), known["clv_revenue"], later),
    }


def challenged(
    log: pd.DataFrame, then: pd.Timestamp, days: float, served: pd.Series, later: pd.Series
) -> dict[str, Any]:
    """How boosting, which learnt from the window before `then`, forecasts what `served` forecasts; later: what came.

    challenger_gain: by how much its mean absolute error is lower, with the 95 % interval of a paired bootstrap over
    customers. It is better if that lies above 0 and its bias is within 15 %, worse if it lies below.
    """
    from ml.spend_boosted import forecast, judged

    found = forecast(log, then, days)
    if isinstance(found, Abstained):
        return {"challenger": f"left out: {found.reason_en}"}
    made, actual = found.reindex(served.index).to_numpy(float), later.to_numpy(float)
    tests = {"": judged(actual, served), "challenger_": judged(actual, made)}
    gain, low, high = difference(actual, served, made, measure=_mae)
    bias = tests["challenger_"].get("bias", float("nan"))
    is_better = low > 0 and abs(bias) <= MOST_BIAS
    return {
        "challenger": "lightgbm, Tweedie",
        **{f"holdout_{who}{name}": value for who, test in tests.items() for name, value in test.items()},
        "challenger_gain": gain,
        "challenger_gain_low": low,
        "challenger_gain_high": high,
        "challenger_is": "better" if is_better else "worse" if high < 0 else "not told apart",
    }


def _mae(actual: ArrayLike, forecast: ArrayLike) -> float:
    return float(np.abs(np.asarray(actual) - np.asarray(forecast)).mean())


def _spearman_low(value: float, rows: int) -> float:
    """Low end of the 95 % interval of a rank correlation (Bonett & Wright 2000)."""
    if rows < 4 or not abs(value) < 1:
        return value
    return float(np.tanh(np.arctanh(value) - 1.96 * np.sqrt((1 + value**2 / 2) / (rows - 3))))


def grade_of(backtest: dict[str, Any]) -> str:
    """A: bias up to 10 %, error surely below the rate's, and ranks surely told; B: bias up to 25 %; C otherwise.

    A forecast that is right in sum says nothing about single customers, so ranks are asked for, too.
    """
    if not backtest or not (backtest["holdout_gain_low"] > 0 and backtest["holdout_spearman_low"] > 0):
        return "C"
    return "A" if abs(backtest["holdout_bias"]) <= 0.10 else "B" if abs(backtest["holdout_bias"]) <= 0.25 else "C"
