"""Checks of the models that need many repetitions: what is there is found, what is not there is not.

    python -m benchmarks.models_checks --data FOLDER [churn baskets uplift drift promotion noise sales reasons]

FOLDER holds cdnow/, groceries/ and hillstrom/. Everything is drawn from fixed seeds.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.models import END, LAST, log
from benchmarks.models_more import run_sections
from ml import baselines
from ml.binary import Trained, promoted, rivalry, train
from ml.boosted import Boosted
from ml.clusters import clusters
from ml.drift import drift
from ml.evaluate import auc, evaluate
from ml.forecast import Forecast, forecast
from ml.gate import Abstained
from ml.logistic import RidgeLogit, expit
from ml.recommend import POPULAR, champion
from ml.recommend import evaluate as offered
from ml.sentiment import CharSentiment
from ml.spend_boosted import features
from ml.uplift import uplift
from tests.ml.test_recommend import CUT, UNTIL, hidden_items, purchases
from tests.models.test_harness import AS_OF, company
from tests.models.test_uplift import NAMES, arm, planted

FOLDS, MONTHS, DRAWS, NOISE = 5, 100, 20, 10
RFM = ("recency_days", "purchases", "mean_spend")
EASY = ["recency_days", "purchase_days", "mean_day_base"]  # what the cells are called in the warehouse


def churn(data: Path) -> None:
    """CDNOW: does a customer buy in the second 39 weeks? Five folds over customers; features end at week 39 (ML3)."""
    bought = log(data, "CDNOW_master.txt").set_axis(["customer_id", "order_date", "revenue"], axis=1)
    x = features(bought, END)
    later = bought[(bought["order_date"] > END) & (bought["order_date"] <= LAST) & (bought["revenue"] > 0)]
    y = x.index.isin(later["customer_id"]).astype(float)
    logs = np.log1p(x[list(RFM)].to_numpy())
    cells = x[list(RFM)].set_axis(EASY, axis=1)
    learners: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
        "recency alone (naive)": lambda fit, at: RidgeLogit(1e-3).fit(logs[fit, :1], y[fit]).predict(logs[at, :1]),
        "nested RFM cells (naive)": lambda fit, at: baselines.Cells().fit(cells[fit], y[fit]).predict(cells[at]),
        "logistic, log RFM": lambda fit, at: RidgeLogit(1.0).fit(logs[fit], y[fit]).predict(logs[at]),
        "LightGBM": lambda fit, at: Boosted().fit(x[fit].to_numpy(), y[fit]).predict(x[at].to_numpy()),
    }
    print(f"\n{len(y):,} customers, {y.mean():.1%} buy\n")
    print("| score | AUC (95 %) | AP | capture of 20 % | Brier | slope | ECE |")
    print("|---" * 7 + "|")
    fold = np.random.default_rng(1).permutation(len(x)) % FOLDS
    for name, learner in [*learners.items(), ("the same, labels permuted", learners["LightGBM"])]:
        truth = y.copy()
        if name.endswith("permuted"):
            y[:] = np.random.default_rng(2).permutation(y)
        p = np.empty(len(y))
        for k in range(FOLDS):
            p[fold == k] = learner(fold != k, fold == k)
        of = evaluate(y, p)
        y[:] = truth
        print(f"| {name} | {of['auc']:.3f} ({of['auc_low']:.3f} .. {of['auc_high']:.3f}) | "
              f"{of['average_precision']:.3f} | {of['capture_20']:.3f} | {of['brier']:.4f} | {of['slope']:.3f} | "
              f"{of['ece']:.3f} |")  # fmt: skip


def baskets(data: Path) -> None:
    """Groceries: the hidden item of a basket among the ten offered (ML11)."""
    for method, (hit, ndcg) in hidden_items(data).items():
        print(f"groceries {method}: hit@10 {hit:.3f}, NDCG@10 {ndcg:.3f}")


def effects(data: Path) -> None:
    """Hillstrom: whom do two mailings move, by area under the Qini curve (ML7, ML8); arms drawn anew."""
    mailing = pd.read_csv(data / "hillstrom" / "hillstrom.csv")
    for name in ("Womens E-Mail", "Mens E-Mail"):
        x, treated, y = arm(mailing, name)
        found = uplift(x, NAMES, treated, y)
        print(f"uplift {name}: {len(y):,} rows, effect {found.effect:.4f}; Qini x 10,000 "
              f"{ {k: round(1e4 * v, 1) for k, v in found.qini.items()} }, band {1e4 * found.noise:.1f}: "
              f"{found.verdict_en}")  # fmt: skip
    rng = np.random.default_rng(5)
    hits = sum(uplift(x, NAMES, rng.permutation(treated), y).serves is not None for _ in range(DRAWS))
    print(f"uplift with arms drawn anew: differences claimed in {hits} of {DRAWS}")


def months(data: Path) -> None:
    """Drift: false alarms in quiet months, and shifts of half a standard deviation seen (ML18)."""
    for n, m in ((200, 200), (1_000, 200), (1_000, 1_000), (10_000, 1_000), (10_000, 10_000)):
        rng = np.random.default_rng(n + m)
        quiet = sum(drift(rng.normal(size=n), rng.normal(size=m)).has_moved for _ in range(MONTHS))
        moved = sum(drift(rng.normal(size=n), rng.normal(0.5, 1, size=m)).has_moved for _ in range(MONTHS))
        print(f"drift {n:,} against {m:,} rows: {quiet} false alarms in {MONTHS} months, shift seen in {moved}")


def rivals(data: Path) -> None:
    """Champion and challenger: as good, or better by .02 of AUC; 5,000 rows a window, errors that go together to .8, as
    those of models that learnt from the same rows do (ML20)."""
    for name, of_rival in (("no better", 1.0), ("better", 0.83)):
        won, gains = 0, []
        for seed in range(DRAWS):
            windows = []
            for window in range(2):
                rng = np.random.default_rng([seed, window])
                z = rng.normal(size=5_000)
                y = (rng.random(5_000) < expit(1.5 * z)).astype(float)
                own, other = rng.normal(size=(2, 5_000))
                p, q = (
                    RidgeLogit(1e-3).fit(v[:, None], y).predict(v[:, None])
                    for v in (z + own, z + of_rival * (0.8 * own + 0.6 * other))
                )
                windows.append(rivalry(y, q, p))
                gains.append(windows[-1]["challenger_auc"] - auc(y, p))
            won += promoted(windows)
        print(f"challenger {name} (AUC {np.mean(gains):+.4f} on the mean): promoted in {won} of {DRAWS}")


def noise(data: Path) -> None:
    """Ten data sets of nothing for each kind of model; how many times one claims to have found something (ML21)."""
    for name, claims in NOTHING.items():
        begin = time.process_time()
        print(f"noise {name}: claimed in {sum(claims())} of {NOISE}; {time.process_time() - begin:.1f} CPU s")


def _customers() -> Iterator[bool]:
    for seed in range(NOISE):
        found = train(company(seed, 250, signal=0.0), "has_churned", "days", AS_OF)
        yield isinstance(found, Trained) and found.grade in "AB"


def _groups() -> Iterator[bool]:
    for seed in range(NOISE):
        cloud = pd.DataFrame(np.random.default_rng(seed).normal(size=(600, 4)), columns=list("abcd"))
        yield not isinstance(clusters(cloud), Abstained)


def _uplift() -> Iterator[bool]:
    for seed in range(NOISE):
        x, treated, y, _ = planted(0.0, seed, 6_000)
        yield uplift(x, ["a", "b", "c"], treated, y).serves is not None


def _offers() -> Iterator[bool]:
    for seed in range(NOISE):
        yield champion(offered(purchases(taste=False, seed=seed), cut=CUT, until=UNTIL)) != POPULAR


def _moods() -> Iterator[bool]:
    signs = np.array(list("好坏大小多少高低上下左右前后里外"))
    for seed in range(NOISE):
        rng = np.random.default_rng(seed)
        texts, labels = ["".join(rng.choice(signs, 12)) for _ in range(900)], rng.integers(0, 2, 900)
        model = CharSentiment().fit(texts[:600], labels[:600].tolist())
        p = [found.p_positive for found in model.score(texts[600:])]
        yield evaluate(labels[600:], p)["auc_low"] > 0.5


def quiet_sales(data: Path) -> None:
    """Sales without trend or season: a model may be chosen from four origins, but must cost nothing (ML12, ML21)."""
    errors, chosen = {"served": 0.0, "mean": 0.0, "seasonal naive": 0.0}, 0
    for seed in range(NOISE):
        sold = np.random.default_rng(seed).gamma(20, 50, 51)
        sales = pd.DataFrame({"period": pd.date_range("2022-01-01", periods=48, freq="MS"), "group": "a"})
        found = forecast(sales.assign(value=sold[:48]), period="period", keys=("group",), value="value", horizon=3,
                         season=12, origins=4, spacing=1)  # fmt: skip
        assert isinstance(found, Forecast)
        made = found.future[found.future["level"] == "group"]["forecast"].to_numpy(float)
        chosen += not {*found.facts["methods"]} <= {"seasonal_naive", "average"}
        others = {"served": made, "mean": sold[36:48].mean(), "seasonal naive": sold[36:39]}
        for name, by in others.items():
            errors[name] += float(np.abs(sold[48:] - by).mean()) / NOISE
    print(f"sales without trend or season: a model with either was chosen in {chosen} of {NOISE}; mean error of three "
          f"months: { {name: round(error, 1) for name, error in errors.items()} }")  # fmt: skip


NOTHING = {"churn": _customers, "groups": _groups, "uplift": _uplift, "offers": _offers, "moods": _moods}  # fmt: skip


def reasons(data: Path) -> None:
    """Parts of a score against the score (ML19), and the same bytes from one thread and two (ML22)."""
    from ml.design import matrix

    frame = company(2, 2_500)
    x, y = matrix(frame), frame["has_churned"].to_numpy(dtype=float)
    for name, model in (("logistic", RidgeLogit(5.0).fit(x, y)), ("LightGBM", Boosted(1).fit(x, y))):
        p = model.predict(x)
        gap = np.abs(model.contributions(x).sum(axis=1) - np.log(p / (1 - p))).max()
        print(f"reasons of {name}: parts of {len(x):,} scores add up within {gap:.1e}")
    texts = {Boosted(threads).fit(np.tile(x, (2, 1)), np.tile(y, 2)).text_ for threads in (1, 2) for _ in range(5)}
    print(f"LightGBM, five times on one thread and five on two: {len(texts)} different model(s)")


SECTIONS = {"churn": churn, "baskets": baskets, "uplift": effects, "drift": months, "promotion": rivals, "noise": noise,
            "sales": quiet_sales, "reasons": reasons}  # fmt: skip


if __name__ == "__main__":
    run_sections(__doc__, SECTIONS)
