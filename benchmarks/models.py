"""Buying and value models on public data: published figures beside ours, parameters found again, speed.

    python -m benchmarks.models --data FOLDER [--peer PYTHON] [cdnow recovery speed value]

FOLDER holds cdnow/. PYTHON is an interpreter that has `lifetimes`; without it speed has no peer. CPU seconds are those
of the fit alone, best of the runs, arrays already in memory.
"""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.btyd import NBD, BetaGeoBetaBinomial, BetaGeoNBD, GammaGamma, ModifiedBetaGeoNBD, ParetoNBD, summarise
from ml.btyd.cohort import draw
from ml.clv import LifetimeValue, lifetime_value
from ml.spend_boosted import TweedieSpend, features, judged

END, LAST = pd.Timestamp("1997-09-30"), pd.Timestamp("1998-06-30")
KINDS = {kind.__name__: kind for kind in (NBD, ParetoNBD, BetaGeoNBD, ModifiedBetaGeoNBD)}
TRUE = {"BetaGeoNBD": [0.6, 6, 0.8, 2.5], "ModifiedBetaGeoNBD": [0.6, 6, 0.8, 2.5], "ParetoNBD": [0.6, 10, 0.6, 12]}
COHORTS, COHORT_SIZE, MILLION, FOLDS = 20, 10_000, 1_000_000, 5

PEER = """
import sys, time, numpy as np
from lifetimes import BetaGeoFitter
d = np.load(sys.argv[1]); begin = time.process_time()
fit = BetaGeoFitter().fit(d["x"], d["tx"], d["T"])
print(time.process_time() - begin, *(fit.params_[k] for k in ("r", "alpha", "a", "b")))
"""


def log(folder: Path, name: str) -> pd.DataFrame:
    """The purchase log of CDNOW: customer, date, amount."""
    columns = ["customer", "date", "cds", "amount"]
    sample = name == "CDNOW_sample.txt"
    names = ["_", *columns] if sample else columns
    found = pd.read_csv(
        folder / "cdnow" / name, sep=r"\s+", names=names, skiprows=0 if sample else 1, dtype={"date": str}
    )
    return found.assign(date=pd.to_datetime(found["date"], format="%Y%m%d"))[["customer", "date", "amount"]]


def cdnow(data: Path) -> None:
    """Parameters, likelihood and holdout of every model on the sample and on all customers; donations."""
    print("\n| cohort | model | parameters | LL | forecast | bias | corr | MAE | fit CPU s |\n" + "|---" * 9 + "|")
    for name in ("CDNOW_sample.txt", "CDNOW_master.txt"):
        purchases = log(data, name)
        history = summarise(purchases, customer="customer", date="date", amount="amount", end=END)
        later = purchases[(purchases["date"] > END) & (purchases["date"] <= LAST)].drop_duplicates(["customer", "date"])
        actual = later.groupby("customer").size().reindex(history.index, fill_value=0).to_numpy()
        x, tx, age = (history[c].to_numpy() for c in ("frequency", "recency", "T"))
        for kind in KINDS.values():
            begin = time.process_time()
            model: Any = kind().fit(x, age) if kind is NBD else kind().fit(x, tx, age)
            used, made = time.process_time() - begin, model.expected_purchases(39, x, tx, age)
            parameters = " ".join(f"{getattr(model, p):.3f}" for p in model.names)
            bias, corr = made.sum() / actual.sum() - 1, np.corrcoef(made, actual)[0, 1]
            print(f"| {len(x):,} | {kind.__name__} | {parameters} | {model.log_likelihood_:,.1f} | {made.sum():,.0f} | "
                  f"{bias:+.1%} | {corr:.3f} | {np.abs(made - actual).mean():.3f} | {used:.2f} |")  # fmt: skip
        spend = GammaGamma().fit(x, history["monetary"])
        print(f"| {len(x):,} | GammaGamma | {spend.p_:.3f} {spend.q_:.3f} {spend.gamma_:.3f} | "
              f"{spend.log_likelihood_:,.1f} | mean {float(spend.expected_value(0, 0)):.2f} | | "
              f"{spend.correlation_:.2f} | | |")  # fmt: skip
    cells = pd.read_csv(data / "cdnow" / "donations.csv")
    donors = BetaGeoBetaBinomial().fit(cells["frequency"], cells["recency"], cells["periods"], cells["weights"])
    print(f"| {cells['weights'].sum():,} donors | BG/BB | {donors.alpha_:.3f} {donors.beta_:.3f} {donors.gamma_:.3f} "
          f"{donors.delta_:.3f} | {donors.log_likelihood_:,.1f} | | | | | |")  # fmt: skip


def recovery(data: Path) -> None:
    """Parameters found again in drawn cohorts: median and greatest relative error of each."""
    for name, parameters in TRUE.items():
        errors = []
        for seed in range(COHORTS):
            rng = np.random.default_rng(seed)
            age = rng.uniform(20, 104, COHORT_SIZE)
            x, tx, _ = draw(KINDS[name]().with_parameters(parameters), age, rng)
            found = KINDS[name]().fit(x, tx, age)
            errors.append([abs(getattr(found, p) / v - 1) for p, v in zip(found.names, parameters, strict=True)])
        median, worst = np.median(errors, axis=0), np.max(errors, axis=0)
        print(f"recovery {name}: median " + " ".join(f"{v:.1%}" for v in median) + "; worst "
              + " ".join(f"{v:.1%}" for v in worst) + f"; median over all {np.median(errors):.1%}")  # fmt: skip


def best_of(runs: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """Least CPU seconds, and the last result."""
    found, least = None, float("inf")
    for _ in range(runs):
        begin = time.process_time()
        found = work()
        least = min(least, time.process_time() - begin)
    return least, found


def speed(data: Path, peer: str | None) -> None:
    """BG/NBD, MBG/NBD and Gamma-Gamma on a million drawn customers, beside `lifetimes` on the same arrays."""
    rng = np.random.default_rng(0)
    age = rng.integers(26 * 7, 104 * 7, MILLION) / 7
    x, tx, _ = draw(BetaGeoNBD().with_parameters([0.243, 4.414, 0.793, 2.426]), age, rng)
    tx = np.minimum(np.rint(tx * 7) / 7, age)
    used, model = best_of(5, lambda: BetaGeoNBD().fit(x, tx, age))
    print(f"speed BG/NBD, {MILLION:,} customers: {used:.3f} CPU s, LL {model.log_likelihood_:,.4f}, "
          + " ".join(f"{getattr(model, p):.5f}" for p in model.names))  # fmt: skip
    print(f"speed MBG/NBD: {best_of(3, lambda: ModifiedBetaGeoNBD().fit(x, tx, age))[0]:.3f} CPU s")
    spend = np.abs(rng.normal(30, 10, MILLION))
    print(f"speed Gamma-Gamma: {best_of(3, lambda: GammaGamma().fit(x, spend))[0]:.3f} CPU s")
    used_all, _ = best_of(1, lambda: model.expected_purchases(52, x, tx, age))
    print(f"speed expected purchases of all: {used_all:.3f} CPU s")
    if not peer:
        print("speed: no interpreter with lifetimes was given (--peer), so there is no comparison")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "histories.npz"
        np.savez(path, x=x, tx=tx, T=age)
        done = subprocess.run([peer, "-c", PEER, str(path)], capture_output=True, text=True, check=True)
    seconds, *parameters = (float(v) for v in done.stdout.split())
    theirs = -_value(parameters, x, tx, age)
    print(f"speed lifetimes: {seconds:.2f} CPU s, LL {theirs:,.4f}, " + " ".join(f"{v:.5f}" for v in parameters)
          + f"; {seconds / used:.0f} times ours")  # fmt: skip


def _value(parameters: list[float], x: np.ndarray, tx: np.ndarray, age: np.ndarray) -> float:
    from ml.btyd import Cells

    return BetaGeoNBD()._objective(Cells.of(x, tx, age))(np.log(parameters))[0]


def value(data: Path) -> None:
    """39-week spend of all CDNOW customers forecast at the cut: bias, error, rank and intervals, naive ones beside."""
    purchases = log(data, "CDNOW_master.txt")
    begin = time.process_time()
    found = lifetime_value(purchases, as_of=END, customer="customer", date="date", revenue="amount", margin=None,
                           horizon_days=(LAST - END).days)  # fmt: skip
    used = time.process_time() - begin
    assert isinstance(found, LifetimeValue), found
    frame = found.customers[found.customers["status"] == "ok"].set_index("customer")
    later = purchases[(purchases["date"] > END) & (purchases["date"] <= LAST)]
    actual = later.groupby("customer")["amount"].sum().reindex(frame.index, fill_value=0.0).to_numpy()
    past = purchases[purchases["date"] <= END].groupby("customer")["amount"].sum().reindex(frame.index).to_numpy()
    forecasts = {
        "spend rate so far": past / np.maximum(frame["T"], 1) * 39,
        "constant": np.full(len(frame), actual.mean()),
        found.facts["buying_model"] + " + Gamma-Gamma": frame["clv_revenue"].to_numpy(),
        "LightGBM Tweedie, out of fold": boosted(purchases, frame.index, actual),
    }
    print("\n| forecast | bias | MAE | Spearman | Gini | decile MAPE | top-10 % share |\n" + "|---" * 7 + "|")
    for name, made in forecasts.items():
        made = np.asarray(made)
        of = judged(actual, made)
        rank = pd.Series(made).corr(pd.Series(actual), method="spearman") if np.ptp(made) else float("nan")
        print(f"| {name} | {of['bias']:+.1%} | {of['mae']:.1f} | {rank:.3f} | {of['gini']:.3f} | "
              f"{of['decile_mape']:.3f} | {of['top_share']:.3f} |")  # fmt: skip
    inside = (actual >= frame["clv_revenue_low"]) & (actual <= frame["clv_revenue_high"])
    above = (actual > frame["clv_revenue_high"]).mean()
    low, high = found.total["clv_revenue_low"], found.total["clv_revenue_high"]
    print(f"80 % intervals hold {inside.mean():.1%} (above {above:.1%}); total {low:,.0f} .. {high:,.0f}, "
          f"actual {actual.sum():,.0f}; {used:.1f} CPU s for {len(frame):,}")  # fmt: skip


def boosted(purchases: pd.DataFrame, customers: pd.Index, actual: np.ndarray) -> np.ndarray:
    """Spend of each customer by a model of four fifths of the others."""
    begin = time.process_time()
    x = features(purchases.set_axis(["customer_id", "order_date", "revenue"], axis=1), END).reindex(customers)
    fold, made = np.random.default_rng(1).permutation(len(x)) % FOLDS, np.empty(len(x))
    for k in range(FOLDS):
        made[fold == k] = TweedieSpend().fit(x[fold != k], actual[fold != k]).predict(x[fold == k])
    print(f"LightGBM Tweedie, {FOLDS} folds: {time.process_time() - begin:.1f} CPU s")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peer", help="interpreter that has lifetimes")
    parser.add_argument("sections", nargs="*", default=["cdnow", "recovery", "speed", "value"])
    given = parser.parse_args()
    for section in given.sections:
        if section == "speed":
            speed(given.data, given.peer)
        else:
            {"cdnow": cdnow, "recovery": recovery, "value": value}[section](given.data)


if __name__ == "__main__":
    main()
