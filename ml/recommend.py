"""What to offer next: personal frequency for what is bought again, similarity for what is new (S112-S114, S124).

Repeat and new offers are ranked and judged apart, since the two are different tasks (Li et al. 2023, TOIS: many models
only repeat). New offers: the similarities of ml.similarity against the best-sellers; the ranking is over the whole
catalogue, the split is by time, and a model that does not beat the best-sellers with certainty does not serve.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from ml.gate import Abstained, too_few
from ml.similarity import CONTENT, COSINE, EASE, RULES, WHY, content, similarity

Array = NDArray[np.float64]
Traits = Mapping[Any, Collection[str]]
Rows = slice | NDArray[np.int64]

POPULAR, PERSONAL = "best-sellers", "personal"
MOST_ITEMS = 2_000  # the most bought; EASE inverts a matrix of that size
FEWEST_CUSTOMERS, FEWEST_ITEMS = 50, 10
USERS_AT_ONCE = 2_000
RESAMPLES, SEED = 500, 7


@dataclass(frozen=True)
class Baskets:
    """Who bought what on how many days, up to a date: `counts` is customers × products, both sorted."""

    customers: NDArray[Any]
    products: NDArray[Any]
    counts: sparse.csr_array
    last: sparse.csr_array  # ordinal of the last purchase

    @classmethod
    def of(cls, purchases: pd.DataFrame, most: int = MOST_ITEMS) -> "Baskets":
        """Columns customer_id, product_id, order_date; equal rows and several lines of a day count once."""
        days = purchases[["customer_id", "product_id", "order_date"]].drop_duplicates()
        days = days.assign(day=pd.to_datetime(days["order_date"]).dt.normalize().astype("datetime64[s]"))
        days = days.drop_duplicates(["customer_id", "product_id", "day"])
        sold = (
            days.groupby("product_id")
            .size()
            .reset_index(name="n")
            .sort_values(["n", "product_id"], ascending=[False, True])
        )
        days = days[days["product_id"].isin(sold["product_id"].head(most))]
        customers, at = np.unique(days["customer_id"].to_numpy(), return_inverse=True)
        products, item = np.unique(days["product_id"].to_numpy(), return_inverse=True)
        pairs = pd.DataFrame(
            {"u": at, "i": item, "day": days["day"].to_numpy().astype("datetime64[D]").astype(np.int64)}
        )
        pairs = pairs.groupby(["u", "i"], as_index=False).agg(n=("day", "size"), last=("day", "max"))
        shape, place = (len(customers), len(products)), (pairs["u"].to_numpy(), pairs["i"].to_numpy())
        return cls(
            customers, products, sparse.csr_array((pairs["n"].to_numpy(float), place), shape=shape),
            sparse.csr_array((pairs["last"].to_numpy(float), place), shape=shape),
        )  # fmt: skip

    @property
    def bought(self) -> sparse.csr_array:
        """1 where a customer has the product."""
        return sparse.csr_array(
            (np.ones_like(self.counts.data), self.counts.indices, self.counts.indptr), self.counts.shape
        )


def _links(baskets: Baskets, method: str, traits: Traits | None) -> Array | None:
    if method == CONTENT:
        return content([(traits or {}).get(product, ()) for product in baskets.products])
    return None if method == POPULAR else similarity(baskets.bought, method)


def _new(baskets: Baskets, rows: Rows, links: Array | None) -> Array:
    """Scores of the products that these customers do not have; what they have is -inf."""
    bought = baskets.bought[rows].toarray()
    sales = baskets.bought.sum(axis=0)
    found = np.broadcast_to(sales, bought.shape).astype(float) if links is None else bought @ links
    # Best-sellers break ties, and fill in where similarity says nothing.
    found = found + 1e-9 * sales / max(sales.max(), 1)
    return np.where(bought > 0, -np.inf, found)


def _again(baskets: Baskets, rows: Rows, method: str) -> Array:
    """Scores of the products that these customers have: how often (of equals the last one first), or sales."""
    counts, last = baskets.counts[rows].toarray(), baskets.last[rows].toarray()
    scores = counts + last / 1e6 if method == PERSONAL else np.broadcast_to(baskets.bought.sum(axis=0), counts.shape)
    return np.where(counts > 0, scores, -np.inf)


def top(scores: Array, k: int) -> NDArray[np.int64]:
    """Columns of the k best per row, best first; equal scores in the order of columns. Only the k are sorted."""
    k = min(k, scores.shape[1])
    border = np.partition(scores, -k, axis=1)[:, [-k]]
    above, level = scores > border, scores == border
    chosen = above | (level & (np.cumsum(level, axis=1) <= k - above.sum(axis=1, keepdims=True)))
    columns = np.nonzero(chosen)[1].reshape(len(scores), k)
    order = np.argsort(-np.take_along_axis(scores, columns, axis=1), axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1)


def hits(scores: Array, wanted: Array, k: int) -> tuple[Array, Array]:
    """Hit (0/1) and NDCG at k per row with anything wanted; NaN for the others. `wanted` is 0/1."""
    best = top(scores, k)
    found = np.take_along_axis(wanted, best, axis=1) * np.isfinite(np.take_along_axis(scores, best, axis=1))
    weights = 1 / np.log2(np.arange(2, found.shape[1] + 2))
    wants = wanted.sum(axis=1).astype(int)
    ideal = np.concatenate([[0.0], np.cumsum(weights)])[np.minimum(wants, len(weights))]
    asked = wants > 0
    gain = np.divide(found @ weights, ideal, out=np.full(len(wants), np.nan), where=asked)
    return np.where(asked, found.any(axis=1), np.nan), gain


def evaluate(
    purchases: pd.DataFrame, *, cut: Any, until: Any, traits: Traits | None = None, k: int = 10
) -> pd.DataFrame | Abstained:
    """One row per task (repeat, new) and method: hit rate, NDCG, customers, coverage, and the gain in NDCG over the
    best-sellers with its 95 % bootstrap interval. Learns from what was bought before `cut`, asks for what came until.
    `traits`: what is known of a product; without, there is no content-based method.
    """
    when = pd.to_datetime(purchases["order_date"])
    before, after = purchases[when < cut], purchases[(when >= cut) & (when < until)]
    baskets = Baskets.of(before)
    if refusal := _refusal(baskets):
        return refusal
    wanted = _wanted(baskets, after)
    buyers = np.flatnonzero(wanted.sum(axis=1))
    rows: list[dict[str, Any]] = []
    ways = (POPULAR, COSINE, EASE, RULES, *((CONTENT,) if traits else ()))
    for task, method in [("new", m) for m in ways] + [("repeat", m) for m in (POPULAR, PERSONAL)]:
        links = _links(baskets, method, traits) if task == "new" else None
        parts, seen = [np.empty((2, 0))], set()
        for start in range(0, len(buyers), USERS_AT_ONCE):
            part = buyers[start : start + USERS_AT_ONCE]
            own = baskets.bought[part].toarray() > 0
            asked = wanted[part].toarray() * (~own if task == "new" else own)
            scores = _new(baskets, part, links) if task == "new" else _again(baskets, part, method)
            parts.append(np.array(hits(scores, asked, k)))
            seen |= set(top(scores, k)[asked.sum(axis=1) > 0].ravel().tolist())
        hit, gain = np.concatenate(parts, axis=1)
        rows.append({
            "task": task, "method": method, "hit_rate": _mean(hit), "ndcg": _mean(gain),
            "customers": int((~np.isnan(gain)).sum()), "coverage": len(seen) / len(baskets.products), "_gain": gain,
        })  # fmt: skip
    return _with_gain(rows)


def _mean(values: Array) -> float:
    """Mean of what is known; NaN, and no warning, where nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _wanted(baskets: Baskets, after: pd.DataFrame) -> sparse.csr_array:
    user = pd.Series(np.arange(len(baskets.customers)), index=baskets.customers)
    item = pd.Series(np.arange(len(baskets.products)), index=baskets.products)
    pairs = (
        pd.DataFrame({"u": after["customer_id"].map(user), "i": after["product_id"].map(item)})
        .dropna()
        .drop_duplicates()
    )
    place = (pairs["u"].to_numpy(np.int64), pairs["i"].to_numpy(np.int64))
    return sparse.csr_array((np.ones(len(pairs)), place), shape=baskets.counts.shape)


def _with_gain(rows: list[dict[str, Any]]) -> pd.DataFrame:
    base = {row["task"]: row["_gain"] for row in rows if row["method"] == POPULAR}
    rng = np.random.default_rng(SEED)
    for row in rows:
        gain = row.pop("_gain") - base[row["task"]]
        gain = gain[~np.isnan(gain)]
        drawn = (
            [gain[rng.integers(0, len(gain), len(gain))].mean() for _ in range(RESAMPLES)] if len(gain) else [np.nan]
        )
        row["gain"], (row["gain_low"], row["gain_high"]) = (
            gain.mean() if len(gain) else np.nan,
            np.quantile(drawn, [0.025, 0.975]),
        )
    return pd.DataFrame(rows)


def champion(evaluation: pd.DataFrame, task: str = "new") -> str:
    """The method for a task: the best of those that beat the best-sellers with certainty, else the best-sellers."""
    sure = evaluation[(evaluation["task"] == task) & (evaluation["gain_low"] > 0)]
    return (
        POPULAR if sure.empty else str(sure.sort_values(["ndcg", "method"], ascending=[False, True])["method"].iloc[0])
    )


def _refusal(baskets: Baskets) -> Abstained | None:
    return too_few(len(baskets.customers), FEWEST_CUSTOMERS, "customers with purchases", "有购买的客户") or too_few(
        len(baskets.products), FEWEST_ITEMS, "products bought", "被购买的产品"
    )


@dataclass(frozen=True)
class Policy:
    """Who may get what. `unavailable`: out of stock or taken off; `opted_out`: customers without offers; `once_only`:
    products that nobody buys twice."""

    unavailable: Collection[Any] = frozenset()
    opted_out: Collection[Any] = frozenset()
    once_only: Collection[Any] = frozenset()


def recommend(
    purchases: pd.DataFrame, *, method: str, repeat: str = PERSONAL, names: Mapping[Any, str] | None = None,
    traits: Traits | None = None, policy: Policy | None = None, k: int = 5,
) -> pd.DataFrame | Abstained:  # fmt: skip
    """Up to k offers a customer for each kind (`repeat`, `new`): customer_id, kind, rank, product_id, score,
    because_product_id, reason_en, reason_zh. `method` ranks the new ones, `repeat` the others (see `champion`).
    """
    baskets, policy = Baskets.of(purchases), policy or Policy()
    if refusal := _refusal(baskets):
        return refusal
    named = {p: str((names or {}).get(p, p)) for p in baskets.products}
    off = np.isin(baskets.products, list(policy.unavailable))
    once = np.isin(baskets.products, list(policy.once_only))
    links, sales = _links(baskets, method, traits), baskets.bought.sum(axis=0)
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(baskets.customers), USERS_AT_ONCE):
        part = slice(start, start + USERS_AT_ONCE)
        new, again = _new(baskets, part, links), _again(baskets, part, repeat)
        new[:, off], again[:, off | once] = -np.inf, -np.inf
        counts, last = baskets.counts[part].toarray(), baskets.last[part].toarray()
        best_new, best_again = top(new, k), top(again, k)
        for u, customer in enumerate(baskets.customers[part]):
            if customer in policy.opted_out:
                continue
            for rank, i in enumerate((i for i in best_again[u] if np.isfinite(again[u, i])), start=1):
                day, n = np.datetime64(int(last[u, i]), "D"), int(counts[u, i])
                rows.append((
                    customer, "repeat", rank, baskets.products[i], again[u, i], None,
                    f"Bought on {day}" if n == 1 else f"Bought on {n} days, last on {day}",
                    f"{day} 购买过" if n == 1 else f"曾在 {n} 天购买，最近一次为 {day}",
                ))  # fmt: skip
            owned = np.flatnonzero(counts[u])
            for rank, i in enumerate((i for i in best_new[u] if np.isfinite(new[u, i])), start=1):
                why = owned[np.argmax(links[owned, i])] if links is not None and links[owned, i].max() > 0 else None
                because = None if why is None else baskets.products[why]
                reason = (f"Bought by {int(sales[i])} customers", f"有 {int(sales[i])} 位客户购买")
                if because is not None:
                    reason = tuple(text.format(named[because]) for text in WHY[method])
                rows.append((customer, "new", rank, baskets.products[i], new[u, i], because, *reason))
    columns = ["customer_id", "kind", "rank", "product_id", "score", "because_product_id", "reason_en", "reason_zh"]
    return pd.DataFrame(rows, columns=columns)
