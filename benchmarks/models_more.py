"""Forecast, offers, next purchase, groups and mood on public data, naive answers beside.

    python -m benchmarks.models_more --data FOLDER [forecast offers next groups mood spend]

FOLDER holds uci_online_retail/, uci_online_retail_ii/, cdnow/ and sentiment_zh/.
"""

import argparse
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.models import log
from ml.btyd import ModifiedBetaGeoNBD, summarise
from ml.catalogue import words
from ml.clusters import clusters
from ml.forecast import Forecast, forecast
from ml.gate import Abstained
from ml.lifetime_value import holdout
from ml.next_purchase import backtest
from ml.recommend import champion, evaluate
from ml.sentiment import CharSentiment

LINES = """
create or replace table lines as
select "Invoice" as invoice, "StockCode" as code, "Quantity" * "Price" as amount, "Country" as country,
    "Description" as name,
    cast("InvoiceDate" as timestamp) as ordered_at, cast("Customer ID" as bigint) as customer
from '{data}/uci_online_retail_ii/online_retail_II_year_2009-2010.parquet'
where cast("InvoiceDate" as timestamp) < timestamp '2010-12-01' and "Price" > 0 and "Quantity" > 0
union all
select "InvoiceNo", "StockCode", cast("Quantity" as integer) * cast("UnitPrice" as double), "Country", "Description",
    cast("InvoiceDate" as timestamp), cast(cast("CustomerID" as double) as bigint)
from read_csv('{data}/uci_online_retail/by-day/*.csv', all_varchar = true, header = true)
where cast("UnitPrice" as double) > 0 and cast("Quantity" as integer) > 0
"""
GROUPS = 6
FOLDS = 5


def retail(data: Path) -> duckdb.DuckDBPyConnection:
    """Two years of lines of an online retailer: sales only, cancellations and adjustments left out."""
    con = duckdb.connect()
    con.execute(LINES.format(data=data))
    return con


def forecasts(data: Path) -> None:
    """Weekly sales by product group (first two digits of the code) and market, eight weeks ahead from eight origins."""
    days = retail(data).execute("""
        select date_trunc('week', ordered_at) as week, left(code, 2) as product_group,
            case when country = 'United Kingdom' then 'home' else 'abroad' end as channel, sum(amount) as revenue
        from lines where ordered_at >= '2009-12-07' and ordered_at < '2011-12-05' group by all order by all
    """).df()  # fmt: skip
    great = days.groupby("product_group")["revenue"].sum().nlargest(GROUPS).index
    days["product_group"] = np.where(days["product_group"].isin(great), days["product_group"], "other")
    begin = time.process_time()
    found = forecast(days, period="week", keys=["product_group", "channel"], value="revenue", horizon=8, season=1,
                     origins=8, spacing=4)  # fmt: skip
    assert isinstance(found, Forecast), found
    print(f"forecast: {found.facts}; {time.process_time() - begin:.1f} CPU s")


def offers(data: Path) -> None:
    """What customers bought in the last three months, ranked from what they had bought before."""
    lines = retail(data).execute("""
        select distinct customer as customer_id, code as product_id, cast(ordered_at as date) as order_date
        from lines where customer is not null and regexp_matches(code, '^[0-9]{5}') order by all
    """).df()  # fmt: skip
    names = retail(data).execute("select code, min(name) from lines group by code").fetchall()
    begin = time.process_time()
    traits = {code: words(name or "") for code, name in names}
    found = evaluate(lines, cut="2011-09-09", until="2011-12-10", traits=traits)
    print(found if isinstance(found, Abstained) else found.round(4).to_string(index=False))
    if not isinstance(found, Abstained):
        print(f"serves: {champion(found)}; {time.process_time() - begin:.1f} CPU s")


def next_dates(data: Path) -> None:
    """The next purchase within 60 days of a cut."""
    days = retail(data).execute("""
        select distinct customer as customer_id, cast(ordered_at as date) as order_date
        from lines where customer is not null order by all
    """).df()  # fmt: skip
    cut = pd.Timestamp("2011-09-09")
    history = summarise(days.assign(one=1.0), customer="customer_id", date="order_date", amount="one", end=cut)
    columns = history["frequency"], history["recency"], history["T"]
    alive = pd.Series(ModifiedBetaGeoNBD().fit(*columns).probability_alive(*columns), index=history.index)
    print(f"next purchase: {backtest(days, cut=cut, days=60)}")
    print(f"next purchase times P(alive): {backtest(days, cut=cut, days=60, alive=alive)}")


def spend(data: Path) -> None:
    """Spend of the last half year from what lay before it: buying model, boosting and past rate, forward in time."""
    log = retail(data).execute("""
        select customer as customer_id, date_trunc('day', ordered_at) as order_date, sum(amount) as revenue
        from lines where customer is not null group by all order by all
    """).df()  # fmt: skip
    begin = time.process_time()
    found = holdout(log, date(2011, 12, 9))
    print("spend:", {k: round(v, 4) if isinstance(v, float) else v for k, v in found.items()},
          f"{time.process_time() - begin:.1f} CPU s")  # fmt: skip


def groups(data: Path) -> None:
    """Recency, frequency and money of CDNOW customers on 1997-09-30, and the same columns shuffled."""
    purchases = log(data, "CDNOW_sample.txt")
    purchases = purchases[purchases["date"] <= "1997-09-30"]
    by = purchases.groupby("customer")
    frame = pd.DataFrame({
        "recency_days": (pd.Timestamp("1997-09-30") - by["date"].max()).dt.days,
        "orders": by["date"].nunique(), "spend": by["amount"].sum(),
    })  # fmt: skip
    found = clusters(frame)
    print(found if isinstance(found, Abstained) else found.checks.round(3).to_string(index=False))
    if not isinstance(found, Abstained):
        print(found.rules.to_string(index=False), f"\nagreement of the tree {found.agreement:.3f}")
    rng = np.random.default_rng(0)
    null = clusters(pd.DataFrame({c: rng.permutation(frame[c].to_numpy()) for c in frame}))
    print(f"shuffled: {null.reason_en if isinstance(null, Abstained) else 'NOT refused'}")


def mood(data: Path) -> None:
    """Hotel reviews, five folds: accuracy, macro-F1, seconds a text, share left to a person."""
    reviews = pd.read_csv(data / "sentiment_zh" / "ChnSentiCorp_htl_all.csv").dropna(subset="review")
    fold = np.random.default_rng(1).permutation(len(reviews)) % FOLDS
    made, sure, used = np.full(len(reviews), np.nan), np.zeros(len(reviews), dtype=bool), 0.0
    for k in range(FOLDS):
        train, test = reviews[fold != k], reviews[fold == k]
        model = CharSentiment().fit(train["review"].tolist(), train["label"].tolist())
        begin = time.process_time()
        moods = model.score(test["review"].tolist())
        used += time.process_time() - begin
        made[fold == k] = [np.nan if m.p_positive is None else m.p_positive for m in moods]
        sure[fold == k] = [not m.needs_reading for m in moods]
    label, known = reviews["label"].to_numpy() == 1, ~np.isnan(made)
    said = made > 0.5
    said_known, true = said[known], label[known]
    f1 = [2 * (said_known & true).sum() / (said_known.sum() + true.sum()),
          2 * (~said_known & ~true).sum() / ((~said_known).sum() + (~true).sum())]  # fmt: skip
    right = said == label
    print(f"mood: accuracy {right[known].mean():.4f}, macro-F1 {np.mean(f1):.4f}, majority {label.mean():.3f}, "
          f"{1000 * used / len(reviews):.2f} ms a text, left to a person {1 - sure.mean():.1%}, "
          f"accuracy of the rest {right[sure].mean():.4f}, without a language {(~known).sum()}")  # fmt: skip


SECTIONS = {"forecast": forecasts, "offers": offers, "next": next_dates, "groups": groups, "mood": mood,
            "spend": spend}  # fmt: skip


def run_sections(what: str, sections: dict[str, Callable[[Path], None]]) -> None:
    """The command line: `--data FOLDER`, then the sections wanted, all of them if none is named."""
    parser = argparse.ArgumentParser(description=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("sections", nargs="*", default=list(sections))
    given = parser.parse_args()
    for section in given.sections:
        sections[section](given.data)


if __name__ == "__main__":
    run_sections(__doc__, SECTIONS)
