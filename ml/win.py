"""Chance that an open deal is won when it is decided: scores.win_probability (S119).

Judged on the two newest windows of month-ends whose deals were decided within the horizon of the funnel's forecast
(seed forecast_parameters), by a model that saw only windows closed before them. Beside it stand the naive rules: the
share won of all deals, of the seller's, of the stage's, of the channel's. Where it is no better than chance it is
silent; where it is no better than a rule, the rule serves.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ml.card import card, expires_on, silent
from ml.deals import NAMES, RECORDS, matrix, read, reasons
from ml.evaluate import auc, bins, brier, difference, evaluate
from ml.gate import Abstained
from ml.grade import grade, leaks, refusal
from ml.hughes import shrink
from ml.logistic import Z95, RidgeLogit, expit
from ml.sales_tables import WIN
from ml.store import fingerprint, keep, plain

Array = NDArray[np.float64]
RIDGE, QUIET = 10.0, 0.1
WINDOWS, TEST_DEALS, TEST_SHARE = 2, 100, 0.2
SUSPICIOUS_AUC = 0.9


class Rate:
    """A naive rule: the share won of the deals of a class, drawn towards that of all; of all without a column."""

    def __init__(self, column: str | None = None) -> None:
        self.column = column

    def fit(self, rows: pd.DataFrame, y: ArrayLike) -> Self:
        y = np.asarray(y, dtype=float)
        self.mean_, self.rates_ = float(y.mean()), {}
        if self.column:
            counted = pd.Series(y).groupby(rows[self.column].to_numpy()).agg(["sum", "count"])
            self.rates_ = dict(zip(counted.index, shrink(counted["sum"], counted["count"]), strict=True))
        return self

    def predict(self, rows: pd.DataFrame) -> Array:
        if not self.column:
            return np.full(len(rows), self.mean_)
        return rows[self.column].map(self.rates_).astype(float).fillna(self.mean_).to_numpy()

    def to_dict(self) -> dict[str, Any]:
        return {"column": self.column, "rates": {str(k): v for k, v in self.rates_.items()}, "mean": self.mean_}


RULES = {"base rate": None, "seller": "employee_id", "stage": "stage_no", "channel": "channel"}


@dataclass
class Trained:
    """What came of the deals; `model` is None where the rule serves."""

    grade: str
    serves: str
    model: RidgeLogit | None
    rules: dict[str, Rate]
    windows: list[dict[str, Any]] = field(default_factory=list)

    def predict(self, rows: pd.DataFrame) -> Array:
        """Chance of each row."""
        return self.rules[self.serves].predict(rows) if self.model is None else self.model.predict(matrix(rows))

    def interval(self, rows: pd.DataFrame) -> tuple[Array, Array]:
        """95 % interval of each chance: what the coefficients leave open, and what the records behind it do.

        A record of n deals is known to within 1 / (n p (1 - p)) in log odds, and never worse than records differ.
        """
        if self.model is None:
            return np.full(len(rows), np.nan), np.full(len(rows), np.nan)
        x = matrix(rows)
        p, (low, _) = self.model.predict(x), self.model.interval(x)
        middle = np.log(p / (1 - p))
        spread = ((middle - np.log(low / (1 - low))) / Z95) ** 2
        for name in RECORDS:
            at = NAMES.index(name)
            scale, slope = self.model.scale_[at], self.model.coef_[at + 1]
            rate = rows[f"{name}_rate"].clip(0.01, 0.99).to_numpy()
            unsure = 1 / np.maximum(rows[f"{name}_n"].to_numpy() * rate * (1 - rate), 1e-9)
            if scale > 0:
                spread += np.minimum(unsure / scale**2, 1.0) * slope**2
        return expit(middle - Z95 * np.sqrt(spread)), expit(middle + Z95 * np.sqrt(spread))


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.win_probability, one row per deal that is open at `as_of`; returns its card."""
    rows, _ = read(con, as_of)
    answer, windows = train(rows, as_of)
    now = rows[rows["cutoff_on"] == pd.Timestamp(as_of)].reset_index(drop=True)
    said = {
        "question": "Will an open deal be won when it is decided?",
        "population": "Deals open at as_of; learnt from deals decided within the horizon.",
        "intended": "Which deals to look after; money to expect beside the funnel's forecast.",
        "forbidden": "Judging sellers: who gets the easy deals wins more.",
        "data": fingerprint(con, "core.fct_opportunities"),
        "windows": windows,
    }
    out = _written(now, rows)
    if isinstance(answer, Abstained):
        WIN.write(con, out.assign(as_of=as_of, status="abstained"))
        return [silent("win_probability", as_of, answer, **said)]
    held = answer.rules[answer.serves].to_dict() if answer.model is None else answer.model.to_dict()
    text = plain({"serves": answer.serves, "features": NAMES, **held})
    name = keep(home, "win_probability", "json", text, str(said["data"]))
    p = answer.predict(now)
    out["win_probability"] = p.round(6)
    out["expected_won_base"] = (p * now["amount"].astype(float)).round(2)
    if answer.model is not None and len(now):
        x = matrix(now)
        out["probability_low"], out["probability_high"] = (end.round(6) for end in answer.interval(now))
        words = [[t for pair in three for t in pair] for three in reasons(now, answer.model.contributions(x)[:, 1:])]
        for place, column in enumerate(f"reason_{no}_{code}" for no in (1, 2, 3) for code in ("en", "zh")):
            out[column] = [row[place] for row in words]
    out = out.assign(as_of=as_of, status="scored", grade=answer.grade, model_id=name, expires_on=expires_on(as_of))
    WIN.write(con, out)
    facts = {"deals": int(rows.loc[rows["is_won"].notna(), "opportunity_id"].nunique())}
    return [
        card("win_probability", as_of, status="scored", grade=answer.grade, serves=answer.serves, model_id=name,
             facts=facts, features=NAMES, **said)
    ]  # fmt: skip


def train(rows: pd.DataFrame, as_of: Any) -> tuple[Trained | Abstained, list[dict[str, Any]]]:
    """(answer, tests newest first) from the rows of ml.deals.prepared; abstains where they cannot carry a model."""
    rows = rows[(rows["known_on"] <= pd.Timestamp(as_of)) & rows["is_won"].notna() & rows["base"].notna()]
    if few := refusal(first_of(rows)["is_won"]):
        what = few.reason_en.replace("customers whose window of labels has closed", "decided deals")
        return Abstained(what, few.reason_zh.replace("观察期已结束的客户", "已有结果的商机")), []
    windows = [w for w in (_window(rows, test) for test in tests_of(rows)) if w is not None]
    if not windows:
        return Abstained(
            "too few deals were decided before the newest that could be a test; more history is needed",
            "用于检验的商机之前已有结果的商机太少，需要更多历史数据",
        ), []
    newest, mark = windows[0], grade(windows)
    found = [text for w in windows for text in w["leaks"]]
    if mark == "abstain" or found:
        told = f"{newest['auc']:.3f} ({newest['auc_low']:.3f}-{newest['auc_high']:.3f})"
        why = (
            Abstained("; ".join(found), "疑似使用了未来信息，需人工检查")
            if found
            else Abstained(
                f"not better than the base rate: AUC {told} for the {newest['n']:.0f} newest decided deals",
                f"不优于总体赢单率：最近 {newest['n']:.0f} 单的 AUC 为 {told}",
            )
        )
        return why, windows
    rules = {name: Rate(column).fit(rows, rows["is_won"]) for name, column in RULES.items()}
    if newest["gain_low"] <= 0 and newest["gain"] <= 0:
        return Trained(mark, newest["best_baseline"], None, rules, windows), windows
    model = fitted(rows)
    return Trained(mark, "logistic", model, rules, windows), windows


def fitted(rows: pd.DataFrame) -> RidgeLogit:
    """The model of these rows. A feature that hardly varied is left out, else it would be stretched when it does."""
    x = matrix(rows)
    x[:, x.std(axis=0) < QUIET] = 0.0
    return RidgeLogit(RIDGE).fit(x, rows["is_won"].to_numpy(dtype=float), rows["opportunity_id"].to_numpy())


def first_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The first row of each deal: tests and counts take a deal once."""
    return rows.sort_values(["cutoff_on", "opportunity_id"]).drop_duplicates("opportunity_id")


def tests_of(rows: pd.DataFrame) -> list[list[pd.Timestamp]]:
    """Windows of cutoffs, newest first, each as short as `TEST_DEALS` deals and `TEST_SHARE` of them allow."""
    enough = max(TEST_DEALS, TEST_SHARE * rows["opportunity_id"].nunique())
    tests: list[list[pd.Timestamp]] = [[]]
    for at in sorted(rows["cutoff_on"].unique(), reverse=True):
        tests[-1].append(at)
        if rows.loc[rows["cutoff_on"].isin(tests[-1]), "opportunity_id"].nunique() >= enough:
            tests.append([])
    return tests[:-1][:WINDOWS]


def _window(rows: pd.DataFrame, test: list[pd.Timestamp]) -> dict[str, Any] | None:
    """The test of what was learnt from windows that had closed by its first cutoff; None where that is too little."""
    past, now = rows[rows["known_on"] <= min(test)], first_of(rows[rows["cutoff_on"].isin(test)])
    y_now = now["is_won"].to_numpy(dtype=float)
    if refusal(first_of(past)["is_won"], rows=100, events=20) or y_now.min() == y_now.max():
        return None
    x_now = matrix(now)
    p = fitted(past).predict(x_now)
    simple = {name: Rate(column).fit(past, past["is_won"]).predict(now) for name, column in RULES.items()}
    scored = {name: auc(y_now, q) for name, q in simple.items()}
    best = max(sorted(scored), key=lambda name: scored[name])
    gain, low, high = difference(y_now, p, simple[best])
    found = evaluate(y_now, p)
    # Several records together may well beat one of them, so not the gain but the height of the AUC is suspicious here.
    odd = leaks(0.0, {name: auc(y_now, x_now[:, j]) for j, name in enumerate(NAMES)})
    if found["auc_low"] > SUSPICIOUS_AUC:
        odd.append(f"AUC is surely above {SUSPICIOUS_AUC} (at least {found['auc_low']:.3f})")
    return found | {
        "cutoff": str(min(test).date()), "training_rows": len(past), "best_baseline": best, "gain": gain,
        "gain_low": low, "gain_high": high, "bins": bins(y_now, p), "subgroups": [], "leaks": odd,
        "baselines": {name: {"auc": scored[name], "brier": brier(y_now, q)} for name, q in simple.items()},
    }  # fmt: skip


def _written(now: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The open deals with what is known without a model: the naive rates as they stand at as_of."""
    out = now.reindex(columns=WIN.names)
    known = rows[rows["is_won"].notna() & (rows["known_on"] <= now["cutoff_on"].max())] if len(now) else rows[:0]
    out["expected_amount_base"], out["base_win_rate"] = now["amount"].astype(float).round(2), now["base"].round(6)
    out["seller_win_rate"] = now["seller_rate"].round(6)
    if len(known):
        out["stage_win_rate"] = Rate("stage_no").fit(known, known["is_won"]).predict(now).round(6)
    return out
