"""Forecast of the funnel: scores.funnel_forecast, what the open deals bring within the horizon (S110).

Naive is the rule of marts.deal_forecasts (rate of all, of the stage, or of stage and age, by the least Brier score).
The challenger takes each deal apart: chance that it is decided in time, by its age, times the chance of ml.win that it
is then won; it serves where its Brier score is surely better. Deals are not independent, so the interval is that of
independent ones, widened by how far past forecasts of the same rule were off (a quasi-likelihood's dispersion).
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.card import card, expires_on, silent
from ml.deals import matrix, read
from ml.evaluate import brier, difference
from ml.gate import Abstained, too_few
from ml.grade import refusal
from ml.sales_tables import FUNNEL
from ml.store import fingerprint, model_id, plain
from ml.win import Rate, first_of, fitted, tests_of

Array = NDArray[np.float64]
Z80 = 1.2815515655446004
NAIVE, CHANCES = ("p_flat", "p_stage", "p_stage_age"), "chances"
FEWEST_WINDOWS, FEWEST_DEALS = 6, 50
AGES = (15, 30, 60, 120)  # days; older deals are decided at another pace
RULES = """
    select snapshot_on as cutoff_on, deal_id as opportunity_id, p_flat, p_stage, p_stage_age,
        case when until_on <= $as_of then is_won end as is_won_soon,
        case when until_on <= $as_of then cast(won_amount_base as double) end as won_amount
    from marts.deal_forecasts
    where snapshot_on <= $as_of
"""


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.funnel_forecast, one row per system with open deals; returns its card."""
    deals, horizon = read(con, as_of)
    rules = con.execute(RULES, {"as_of": as_of}).df()
    rules["cutoff_on"] = pd.to_datetime(rules["cutoff_on"])
    rows = deals.merge(rules, on=["cutoff_on", "opportunity_id"])
    rows["age_band"] = np.searchsorted(AGES, rows["age_days"])
    rows["is_won_soon"] = rows["is_won_soon"].astype(float)
    rows[CHANCES] = chances(rows)
    said = {
        "question": f"What will the open deals bring within {horizon} days?",
        "population": "Deals open at as_of; deals still to be opened are not in it.",
        "intended": "Planning of revenue and of work.",
        "forbidden": "Targets of single sellers.",
        "data": fingerprint(con, "marts.deal_forecasts"),
    }
    rows["until_on"] = rows["known_on"].dt.date
    parts = {system: forecast(part, as_of) for system, part in rows.groupby("system")}
    found = {system: part for system, part in parts.items() if not isinstance(part, Abstained)}
    if not found:
        why = next((part for part in parts.values() if isinstance(part, Abstained)), too_few(0, 1, "deals", "商机"))
        _write(con, rows, parts, as_of, {})
        return [silent("funnel_forecast", as_of, why, **said)]
    names = {s: model_id("funnel_forecast", plain({**part, "data": said["data"]})) for s, part in found.items()}
    _write(con, rows, parts, as_of, names)
    facts = {f"{system} {name}": value for system, part in found.items() for name, value in part.items()}
    mark = max(part["grade"] for part in found.values())
    serves = ", ".join(sorted({part["method"] for part in found.values()}))
    told = {"model_id": min(names.values()), "facts": facts}
    return [card("funnel_forecast", as_of, status="scored", grade=mark, serves=serves, **told, **said)]


def chances(rows: pd.DataFrame) -> Array:
    """Chance of each row to be won within the horizon, by what was known on its day; NaN: too little was."""
    found = np.full(len(rows), np.nan)
    for at in rows["cutoff_on"].unique():
        here, past = (rows["cutoff_on"] == at).to_numpy(), rows[(rows["known_on"] <= at) & rows["base"].notna()]
        won = past[past["is_won"].notna()]
        if refusal(first_of(won)["is_won"], rows=100, events=20):
            continue
        in_time = Rate("age_band").fit(past, past["is_won"].notna()).predict(rows[here])
        found[here] = in_time * fitted(won).predict(matrix(rows[here]))
    return found


def forecast(rows: pd.DataFrame, as_of: Any) -> dict[str, Any] | Abstained:
    """Sums of one system: count and money with interval, by the rule that serves, and how it did before.

    rows: of ml.deals.prepared with the columns of RULES and `chances`. Keys: those of scores.funnel_forecast.
    """
    past, now = rows[rows["is_won_soon"].notna()], rows[rows["cutoff_on"] == pd.Timestamp(as_of)]
    past = past[past["p_stage"].notna() & past["p_flat"].notna() & past["p_stage_age"].notna()]
    few = too_few(
        past["cutoff_on"].nunique(), FEWEST_WINDOWS, "month-ends whose horizon has passed", "已结束的月末预测期"
    )
    if few := few or too_few(past["opportunity_id"].nunique(), FEWEST_DEALS, "deals in them", "其中的商机"):
        return few
    naive = min(NAIVE, key=lambda rule: (round(brier(past["is_won_soon"], past[rule]), 12), NAIVE.index(rule)))
    mark, gains = graded(past[past[CHANCES].notna()], naive)
    rule = CHANCES if mark in "AB" and now[CHANCES].notna().all() else naive
    windows = summed(past[past[rule].notna()], rule)
    out: dict[str, Any] = {"method": rule.removeprefix("p_"), "naive_method": naive.removeprefix("p_"), "grade": mark}
    out |= {"window_count": len(windows), "deal_count": past["opportunity_id"].nunique(), **gains}
    sums = summed(now, rule)
    for kind in ("count", "base") if now["amount"].notna().any() else ("count",):
        centre, spread = (float(sums[f"{name}_{kind}"].sum()) for name in ("forecast", "variance"))
        half = Z80 * np.sqrt(spread * dispersion(windows, kind))
        most = float(len(now) if kind == "count" else now["amount"].astype(float).sum())
        out |= {
            f"won_{kind}": centre,
            f"won_{kind}_low": max(centre - half, 0.0),
            f"won_{kind}_high": min(centre + half, most),
        }
        out[f"naive_won_{kind}"] = float(summed(now, naive)[f"forecast_{kind}"].sum())
        actual, said = windows[f"actual_{kind}"].sum(), windows[f"forecast_{kind}"].sum()
        out[f"bias_{kind}"] = float(said / actual - 1) if actual else None
        out[f"coverage_{kind}"] = coverage(windows, kind)
    return out


def graded(past: pd.DataFrame, naive: str) -> tuple[str, dict[str, float]]:
    """(A, B or C, gains in Brier score of the chances over the rule).

    A: surely better in both of the newest windows; B: in the newest; C: the rule serves.
    """
    gains, won = {}, []
    for no, test in enumerate(tests_of(past), start=1):
        at = first_of(past[past["cutoff_on"].isin(test)])
        y, p, q = (at[name].to_numpy(dtype=float) for name in ("is_won_soon", CHANCES, naive))
        gain, low, high = difference(y, p, q, lambda y, p: -brier(y, p))
        gains |= {f"gain_{no}": gain, f"gain_{no}_low": low, f"gain_{no}_high": high}
        won.append(low > 0)
    return ("A" if len(won) == 2 and all(won) else "B" if won and won[0] else "C"), gains


def summed(rows: pd.DataFrame, rule: str) -> pd.DataFrame:
    """A row per cutoff: forecast and actual number and money won, and the variance of independent deals."""
    p, amount = rows[rule].to_numpy(dtype=float), rows["amount"].fillna(0).to_numpy(dtype=float)
    each = pd.DataFrame({
        "forecast_count": p, "variance_count": p * (1 - p), "actual_count": rows["is_won_soon"].astype(float),
        "forecast_base": p * amount, "variance_base": p * (1 - p) * amount**2, "actual_base": rows["won_amount"],
    }, index=rows.index)  # fmt: skip
    return each.groupby(rows["cutoff_on"]).sum().assign(until_on=rows.groupby("cutoff_on")["known_on"].first())


def dispersion(windows: pd.DataFrame, kind: str) -> float:
    """How many times the squared errors were those of independent deals; at least 1."""
    squared = (windows[f"actual_{kind}"] - windows[f"forecast_{kind}"]) ** 2
    expected = windows[f"variance_{kind}"].sum()
    return max(float(squared.sum() / expected), 1.0) if expected > 0 else 1.0


def coverage(windows: pd.DataFrame, kind: str) -> float | None:
    """Share of the 80 % intervals that held, each made of windows that had closed by its day; None: none could be."""
    held = []
    for at, row in windows.iterrows():
        before = windows[windows["until_on"] <= at]
        if len(before) >= FEWEST_WINDOWS // 2:
            half = Z80 * np.sqrt(row[f"variance_{kind}"] * dispersion(before, kind))
            held.append(abs(row[f"actual_{kind}"] - row[f"forecast_{kind}"]) <= half)
    return float(np.mean(held)) if held else None


def _write(
    con: duckdb.DuckDBPyConnection, rows: pd.DataFrame, parts: dict[str, Any], as_of: date, names: dict[str, str]
) -> None:
    now = rows[rows["cutoff_on"] == pd.Timestamp(as_of)]
    expires, columns = expires_on(as_of), FUNNEL.names
    out = []
    for system, part in now.groupby("system"):
        row = {"system": system, "as_of": as_of, "until_on": part["until_on"].iloc[0], "open_count": len(part)}
        row["open_base"] = round(float(part["amount"].sum()), 2) if part["amount"].notna().any() else None
        said = parts[system]
        if isinstance(said, Abstained):
            row["status"] = "abstained"
        else:
            money = [name for name in said if name.endswith("won_base") or name.startswith("won_base")]
            rounded = {k: round(float(v), 2 if k in money else 6) for k, v in said.items() if isinstance(v, float)}
            row |= {**said, **rounded, "status": "scored", "model_id": names[system], "expires_on": expires}
        out.append({name: row.get(name) for name in columns})
    FUNNEL.write(con, pd.DataFrame(out, columns=columns).astype(object) if out else None)
