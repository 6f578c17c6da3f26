"""Scores of sales to come: scores.sales_forecast by ml.forecast, and what earlier forecasts were worth (S109, S116).

Months with a season of a year where the company has enough of them, else weeks without one. The ledger holds the
forecasts that would have been made at earlier origins with what was known there, next to what came: it is made anew
from the log of sales, so it needs nobody to have kept it. From its errors comes one factor on all forecasts, used
only where it would have made the past ones better; one for all, so that the levels still add up.
"""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from ml.card import card, expires_on, silent
from ml.forecast import ALL, CHEAP, MUST_GAIN, Forecast, correction, forecast
from ml.gate import Abstained
from ml.sales_tables import FORECAST_LEDGER, SALES_FORECAST
from ml.store import fingerprint, model_id, plain

KEYS = ("category", "channel_group")
GOOD_SHARE, GOOD_COVERAGE, FAIR_COVERAGE = 0.6, (0.75, 0.85), (0.65, 0.95)
# Sales of whole periods after the first, which may have begun before the log; both ends of a period are days.
SALES = """
    select
        date_trunc('{unit}', lines.ordered_on)::timestamp as period,
        coalesce(products.category_name, '(none)') as category,
        coalesce(orders.channel_group, '(none)') as channel_group,
        sum(lines.line_amount_base)::double as sales
    from core.fct_order_lines as lines
    inner join core.fct_orders as orders on lines.order_id = orders.order_id
    left join core.dim_products as products on lines.product_id = products.product_id
    where not lines.is_cancelled and lines.line_amount_base is not null
        and date_trunc('{unit}', lines.ordered_on) + interval 1 {unit} <= cast($as_of as date) + 1
        and date_trunc('{unit}', lines.ordered_on) > (
            select date_trunc('{unit}', min(ordered_on)) from core.fct_order_lines where not is_cancelled
        )
    group by all
    order by all
"""


class Rhythm(NamedTuple):
    """Unit of a period, its frequency for pandas, periods ahead, of a season, origins and between two; methods."""

    unit: str
    frequency: str
    horizon: int
    season: int
    origins: int
    spacing: int
    methods: tuple[str, ...]


RHYTHMS = (  # ARIMA takes longer than all the rest of a run
    Rhythm("month", "MS", 3, 12, 4, 1, (*CHEAP, "ets")),
    Rhythm("week", "W-MON", 13, 1, 6, 2, CHEAP),
)


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.sales_forecast and scores.forecast_ledger; returns the card. Empty tables where it abstains."""
    said = {
        "question": "How much will be sold, by product category and channel?",
        "population": "Order lines that are not cancelled, before returns, shipping and discounts of whole orders.",
        "intended": "Targets and plans; the interval goes with every number.",
        "forbidden": "A category's single month as a promise; what a campaign or a price would change.",
        "data": fingerprint(con, "core.fct_order_lines"),
    }
    found, rhythm = forecasted(con, as_of)
    if isinstance(found, Abstained):
        SALES_FORECAST.write(con)
        FORECAST_LEDGER.write(con)
        return [silent("sales_forecast", as_of, found, **said)]
    past = ledger(found.backtest)
    factor, facts = judged(past, found.facts)
    mark, name = grade_of(facts), model_id("sales_forecast", plain({**facts, "data": said["data"]}))
    expires = expires_on(as_of)
    rows = summed(found.future, factor).assign(
        as_of=as_of, unit=rhythm.unit, correction=round(factor, 6), grade=mark, model_id=name, expires_on=expires
    )
    SALES_FORECAST.write(con, rows)
    FORECAST_LEDGER.write(con, past.assign(as_of=as_of, unit=rhythm.unit))
    serves = max(found.facts["methods"], key=lambda method: found.facts["methods"][method])
    return [
        card("sales_forecast", as_of, status="scored", grade=mark, serves=serves, model_id=name, facts=facts, **said)
    ]


def forecasted(con: duckdb.DuckDBPyConnection, as_of: date) -> tuple[Forecast | Abstained, Rhythm]:
    """By the first rhythm that the history is long enough for; else the reason of the last."""
    for rhythm in RHYTHMS:
        sales = whole(con.execute(SALES.format(unit=rhythm.unit), {"as_of": as_of}).df(), rhythm)
        found = (
            Abstained("no whole period of sales", "没有完整的销售周期")
            if sales.empty
            else forecast(
                sales, period="period", keys=KEYS, value="sales", horizon=rhythm.horizon, season=rhythm.season,
                origins=rhythm.origins, spacing=rhythm.spacing, methods=rhythm.methods,
            )
        )  # fmt: skip
        if not isinstance(found, Abstained):
            break
    return found, rhythm


def whole(sales: pd.DataFrame, rhythm: Rhythm) -> pd.DataFrame:
    """With a row of nothing for every period in which nobody bought anything."""
    if sales.empty:
        return sales
    periods = pd.date_range(sales["period"].min(), sales["period"].max(), freq=rhythm.frequency)
    empty = pd.DataFrame({"period": periods.difference(sales["period"])}).assign(
        **{key: sales[key].iloc[0] for key in KEYS}, sales=0.0
    )
    return pd.concat([sales, empty], ignore_index=True)


def ledger(backtest: pd.DataFrame) -> pd.DataFrame:
    """Rows of scores.forecast_ledger: each past forecast with the factor that the errors known at its origin give."""
    total = backtest[backtest["level"] == ALL]
    factors = {}
    for origin in backtest["origin"].unique():
        known = total[(total["origin"] < origin) & (total["period"] <= origin)]
        factors[origin] = correction(known["actual"], known["forecast"])
    made = backtest.assign(correction=backtest["origin"].map(factors).astype(float).round(6))
    made["corrected"] = (made["forecast"] * made["correction"]).round(2)
    return made.assign(
        origin_on=made["origin"].dt.date, period_on=made["period"].dt.date, actual=made["actual"].round(2),
        forecast=made["forecast"].round(2), naive=made["naive"].round(2),
        error=(made["forecast"].round(2) - made["actual"].round(2)).round(2),
    ).drop(columns=["origin", "period", "scale"])  # fmt: skip


def judged(past: pd.DataFrame, found: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """The factor to use, and the facts of the card: errors in money as share of what was sold, with and without it."""
    total = past[past["level"] == ALL]
    sold = float(total["actual"].abs().sum()) or 1.0
    misses = {
        name: float((total["actual"] - total[name]).abs().sum()) / sold for name in ("forecast", "corrected", "naive")
    }
    helps = misses["corrected"] < (1 - MUST_GAIN) * misses["forecast"]
    factor = correction(total["actual"], total["forecast"]) if helps else 1.0
    facts = {
        "error_share": misses["forecast"], "error_share_corrected": misses["corrected"],
        "error_share_naive": misses["naive"], "bias_share": float(total["error"].sum()) / sold,
        "correction_used": factor, "share_better_than_naive": found["share_better_than_naive"],
        **{f"coverage_{level}": share for level, share in found["coverage"].items()},
        **{f"series_by_{method}": float(count) for method, count in found["methods"].items()},
    }  # fmt: skip
    return factor, {name: round(float(value), 6) for name, value in facts.items()}


def grade_of(facts: dict[str, Any]) -> str:
    """A: most sales better than naive and the intervals right; B: no worse than naive and intervals fair; else C."""
    level = facts["coverage_all"]
    no_worse = facts["error_share"] <= facts["error_share_naive"] * (1 + MUST_GAIN)
    if no_worse and facts["share_better_than_naive"] >= GOOD_SHARE and GOOD_COVERAGE[0] <= level <= GOOD_COVERAGE[1]:
        return "A"
    return "B" if no_worse and FAIR_COVERAGE[0] <= level <= FAIR_COVERAGE[1] else "C"


def summed(future: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Rows of scores.sales_forecast: cents at the lowest level, sums of those cents above it."""
    out = future.assign(period_on=future["period"].dt.date)
    lowest = out["level"] == "_".join(KEYS)
    base = out[lowest].assign(forecast=(out["forecast"] * factor).round(2))
    for column in ("low", "high"):
        out[column] = (out[column] * factor).round(2)
    for level in out["level"].unique():
        keys = [key for key in KEYS if level != ALL and key in level]
        sums = base.groupby([*keys, "period_on"])["forecast"].sum().round(2)
        at = out["level"] == level
        index = pd.MultiIndex.from_frame(out.loc[at, [*keys, "period_on"]]) if keys else out.loc[at, "period_on"]
        out.loc[at, "forecast"] = sums.reindex(index).to_numpy()
    return out.drop(columns="period")
