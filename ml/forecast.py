"""Sales to come by product group and channel, from below, so that every sum agrees (S109, S116).

Every series is forecast by several methods from several origins of its past (rolling origin). A method serves only
where it beat the seasonal naive forecast there; otherwise the naive one does. Intervals are the quantiles of the
errors that were really made, and how often they held is measured on origins left out. Sources: Hyndman &
Athanasopoulos, Forecasting: Principles and Practice (MASE, rolling origin); Assimakopoulos & Nikolopoulos (2000).
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ml.gate import Abstained, too_few

Array = NDArray[np.float64]
Method = Callable[[Array, int, int], Array]  # history, horizon, season -> forecast

NAIVE = "seasonal_naive"
INTERVAL = 0.8
MOST_MODELLED = 12  # series that get every method, the greatest first; the others get the cheap ones
LONGEST_SEASON = 24  # of ARIMA and ETS, whose states grow with it
MUST_GAIN = 0.02  # of the naive error; less is chance
ALL = "all"


def seasonal_naive(history: Array, horizon: int, season: int) -> Array:
    """The same period of the last season again."""
    return np.resize(history[-season:], horizon)


def average(history: Array, horizon: int, season: int) -> Array:
    """The mean of the last season, or of the last four periods where there is no season."""
    return np.full(horizon, history[-max(season, 4) :].mean())


def theta(history: Array, horizon: int, season: int) -> Array:
    """Theta method; season taken out first where a test finds one."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    kind = "multiplicative" if history.min() > 0 else "additive"
    model = ThetaModel(history, period=season, deseasonalize=season > 1, method=kind)
    return np.asarray(model.fit().forecast(horizon))


def ets(history: Array, horizon: int, season: int) -> Array:
    """Exponential smoothing with damped trend; seasonal form by the positivity of the history, trend by AICc."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    if season > LONGEST_SEASON:
        raise ValueError(f"ETS with a season of {season} periods has too many states; {LONGEST_SEASON} at most")
    form: dict[str, Any] = {"initialization_method": "estimated"}
    if season > 1:
        form |= {"seasonal": "mul" if history.min() > 0 else "add", "seasonal_periods": season}
    trends: list[dict[str, Any]] = [{"trend": "add", "damped_trend": True}, {}]
    fits = [ExponentialSmoothing(history, **form, **trend).fit() for trend in trends]
    return np.asarray(min(fits, key=lambda fit: fit.aicc).forecast(horizon))


def arima(history: Array, horizon: int, season: int) -> Array:
    """ARIMA on once (and seasonally) differenced history; the order by AICc."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    if season > LONGEST_SEASON:
        raise ValueError(f"ARIMA with a season of {season} periods takes minutes; {LONGEST_SEASON} at most")
    orders = [((1, 1, 0), (0, 1, 0)), ((0, 1, 1), (0, 1, 1)), ((1, 1, 1), (0, 1, 0))]
    if season == 1:
        orders = [((0, 1, 1), (0, 0, 0)), ((1, 1, 0), (0, 0, 0)), ((1, 1, 1), (0, 0, 0))]
    fits = [
        SARIMAX(history, order=order, seasonal_order=(*seasonal, season if season > 1 else 0)).fit(
            disp=False, maxiter=50
        )
        for order, seasonal in orders
    ]
    return np.asarray(min(fits, key=lambda fit: fit.aicc).forecast(horizon))


METHODS: dict[str, Method] = {NAIVE: seasonal_naive, "average": average, "theta": theta, "ets": ets, "arima": arima}
CHEAP = (NAIVE, "average", "theta")
FITTED = ("theta", "ets", "arima")
COMBINED = "mean_of_models"


def scaled_error(actual: ArrayLike, forecast: ArrayLike, history: Array, season: int) -> float:
    """MASE: mean absolute error over that of the seasonal naive forecast inside the history (never of the test)."""
    return float(np.abs(np.asarray(actual) - np.asarray(forecast)).mean() / _scale(history, season))


def _scale(history: Array, season: int) -> float:
    found = np.abs(history[season:] - history[:-season]).mean() if len(history) > season else 0.0
    return float(found) or float(np.abs(history).mean()) or 1.0


def predict(method: str, history: Array, horizon: int, season: int) -> Array:
    """Forecast by name. What cannot be fitted is answered by the naive method; sales are not forecast below zero."""
    usable = len(history) >= 2 * season + 3 and np.count_nonzero(history) > len(history) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            chosen = METHODS[method] if usable or method in (NAIVE, "average") else seasonal_naive
            found = chosen(history, horizon, season)
        except (ValueError, np.linalg.LinAlgError):
            found = seasonal_naive(history, horizon, season)
    if not np.isfinite(found).all() or np.abs(found).max() > 10 * np.abs(history).max():
        found = seasonal_naive(history, horizon, season)
    return np.maximum(found, 0.0) if history.min() >= 0 else found


@dataclass(frozen=True)
class Forecast:
    """`future`: level, keys, period, forecast, low, high, method. `backtest`: the same for the past with actual, naive,
    origin and scale. `facts`: coverage measured per level, share of sales whose series beat the naive method, MASE."""

    future: pd.DataFrame
    backtest: pd.DataFrame
    facts: dict[str, Any]


def forecast(
    sales: pd.DataFrame,
    *,
    period: str,
    keys: Sequence[str],
    value: str,
    horizon: int,
    season: int,
    origins: int = 4,
    spacing: int = 1,
    methods: Sequence[str] = tuple(METHODS),
) -> Forecast | Abstained:
    """Whole periods of sales, one row per period and combination of `keys` -> forecasts at every level of the keys.

    A period without a row is one without sales; leave an unfinished last period out. Levels are: every combination,
    each key alone, and all. Origins lie `spacing` periods apart. Needs one season, the horizon and the origins as
    history; before the second season is over only the methods without a fit compete.
    """
    wide = sales.pivot_table(index=period, columns=list(keys), values=value, aggfunc="sum", fill_value=0.0).sort_index()
    refusal = too_few(len(wide), season + horizon + spacing * (origins - 1) + 4, "periods of sales", "个销售周期")
    if refusal:
        return refusal
    wide.columns = pd.MultiIndex.from_arrays(
        [wide.columns.get_level_values(i).astype(str) for i in range(len(keys))], names=list(keys)
    )
    table = wide.to_numpy(float)
    modelled = set(np.argsort(-np.abs(table).sum(axis=0), kind="stable")[:MOST_MODELLED])
    ends = [len(table) - horizon - back * spacing for back in reversed(range(origins))]
    past = np.empty((2, origins, horizon, table.shape[1]))  # of the chosen method, and naive
    future, chosen = np.empty((horizon, table.shape[1])), []
    for j in range(table.shape[1]):
        names = [m for m in methods if j in modelled or m in CHEAP]
        names = [NAIVE, *(m for m in names if m != NAIVE)]
        tried = {m: np.array([predict(m, table[:end, j], horizon, season) for end in ends]) for m in names}
        fitted = [m for m in FITTED if m in names]
        if len(fitted) > 1:
            tried[COMBINED] = np.mean([tried[m] for m in fitted], axis=0)
        actual = np.array([table[end : end + horizon, j] for end in ends])
        best = _champion(tried, actual)
        chosen.append(best)
        past[1, :, :, j] = tried[NAIVE]
        for i in range(origins):  # the past is judged by the method that the other origins would have chosen
            others = np.arange(origins) != i
            past[0, i, :, j] = tried[_champion({m: f[others] for m, f in tried.items()}, actual[others])][i]
        parts = fitted if best == COMBINED else [best]
        future[:, j] = np.mean([predict(m, table[:, j], horizon, season) for m in parts], axis=0)
    periods = _following(wide.index, horizon)
    return _levels(wide, table, past, future, chosen, ends, periods, season)


def _champion(tried: dict[str, Array], actual: Array) -> str:
    """The method with the least error over all origins, if it beats the naive one there and in most of them."""
    errors = {m: np.abs(actual - made).mean(axis=1) for m, made in tried.items()}
    best = min(errors, key=lambda m: float(errors[m].sum()))
    wins = float((errors[best] <= errors[NAIVE]).mean())
    gains = float(errors[best].sum()) < (1 - MUST_GAIN) * float(errors[NAIVE].sum())
    return best if gains and wins > 0.5 else NAIVE


def _following(index: pd.Index, horizon: int) -> list[Any]:
    """The next periods, by the step of the last ones; by number where periods are not dates."""
    if isinstance(index, pd.DatetimeIndex):
        step = pd.infer_freq(index) or (index[-1] - index[-2])
        return list(pd.date_range(index[-1], periods=horizon + 1, freq=step)[1:])
    return [index[-1] + (index[-1] - index[-2]) * k for k in range(1, horizon + 1)]


def _levels(
    wide: pd.DataFrame, table: Array, past: Array, future: Array, chosen: list[str], ends: list[int],
    periods: list[Any], season: int,
) -> Forecast:  # fmt: skip
    """Sums of the series at every level, with intervals from the errors of that level."""
    keys, horizon = list(wide.columns.names), len(periods)
    levels = [keys] + ([[key] for key in keys] if len(keys) > 1 else []) + [[]]
    ahead, behind, coverage = [], [], {}
    for level in levels:
        groups = wide.columns.to_frame(index=False).groupby(level, sort=True).indices if level else {(): slice(None)}
        name, made = "_".join(level) or ALL, []
        for group, at in groups.items():
            named = group if isinstance(group, tuple) else (group,)
            labels = dict.fromkeys(keys, ALL) | dict(zip(level, named, strict=True))
            members = np.arange(table.shape[1])[at]
            history = table[:, members].sum(axis=1)
            method = chosen[members[0]] if len(members) == 1 else "sum"
            for i, end in enumerate(ends):
                made.append(
                    pd.DataFrame({
                        "level": name, **labels, "origin": wide.index[end - 1],
                        "period": wide.index[end : end + horizon], "step": np.arange(1, horizon + 1),
                        "actual": history[end : end + horizon],
                        "forecast": past[0, i][:, members].sum(axis=1), "naive": past[1, i][:, members].sum(axis=1),
                        "scale": _scale(history[:end], season), "method": method,
                    })
                )  # fmt: skip
            ahead.append(
                pd.DataFrame({
                    "level": name, **labels, "period": periods, "step": np.arange(1, horizon + 1),
                    "forecast": future[:, members].sum(axis=1), "scale": _scale(history, season), "method": method,
                    "is_positive": history.min() >= 0,
                })
            )  # fmt: skip
        frame = pd.concat(made, ignore_index=True)
        behind.append(frame)
        coverage[name] = _coverage(frame)
    backtest = pd.concat(behind, ignore_index=True)
    out = pd.concat(ahead, ignore_index=True)
    for name in out["level"].unique():
        errors, rows = _errors(backtest[backtest["level"] == name]), out["level"] == name
        low, high = _tails(errors)
        out.loc[rows, "low"] = out["forecast"] + low * out["scale"]
        out.loc[rows, "high"] = out["forecast"] + high * out["scale"]
    out["low"] = np.where(out["is_positive"], out["low"].clip(lower=0.0), out["low"])
    return Forecast(out.drop(columns=["scale", "is_positive"]), backtest, _facts(backtest, coverage, chosen, keys))


def _errors(frame: pd.DataFrame) -> Array:
    return ((frame["actual"] - frame["forecast"]) / frame["scale"]).to_numpy()


def _tails(errors: Array) -> Array:
    """Errors below and above which the next one falls with 10 % each; few errors give a wider interval (Weibull)."""
    return np.quantile(errors, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2], method="weibull")


def _coverage(frame: pd.DataFrame) -> float:
    """Share of actual values within the interval, each origin judged by the errors of the other origins."""
    errors, origin = _errors(frame), frame["origin"].to_numpy()
    inside = []
    for one in pd.unique(origin):
        low, high = _tails(errors[origin != one])
        inside.append((errors[origin == one] >= low) & (errors[origin == one] <= high))
    return float(np.concatenate(inside).mean())


def _facts(backtest: pd.DataFrame, coverage: dict[str, float], chosen: list[str], keys: list[str]) -> dict[str, Any]:
    frame = backtest.assign(
        ours=(backtest["actual"] - backtest["forecast"]).abs(), theirs=(backtest["actual"] - backtest["naive"]).abs()
    )
    series = frame[frame["level"] == "_".join(keys)].groupby(keys)[["ours", "theirs", "actual"]].sum()
    total = frame[frame["level"] == ALL]
    weight = float(series["actual"].sum())
    return {
        "methods": {m: chosen.count(m) for m in sorted(set(chosen))},
        "coverage": coverage,
        "share_better_than_naive": float(series.loc[series["ours"] < series["theirs"], "actual"].sum()) / (weight or 1),
        "mase_all": float((total["ours"] / total["scale"]).mean()),
        "mase_all_naive": float((total["theirs"] / total["scale"]).mean()),
    }


def correction(actual: ArrayLike, forecast: ArrayLike, *, trust: float = 4.0, most: float = 2.0) -> float:
    """Factor on the next forecast from the errors of the last ones (S116): actual over forecast, drawn towards 1.

    `trust` is the number of past forecasts at which the factor goes half the way; it stays within 1/most .. most.
    """
    a, f = np.asarray(actual, dtype=float), np.asarray(forecast, dtype=float)
    known = np.isfinite(a) & np.isfinite(f)
    a, f = a[known], f[known]
    if a.sum() <= 0 or f.sum() <= 0:
        return 1.0
    return float(np.clip((a.sum() / f.sum()) ** (len(a) / (len(a) + trust)), 1 / most, most))
