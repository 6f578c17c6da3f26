"""Offers: worked numbers, planted and absent taste, policies, reasons, and a catalogue of real baskets (ML11)."""

from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.stats import contingency

from ml.gate import Abstained
from ml.recommend import POPULAR, Baskets, Policy, champion, evaluate, hits, recommend, top
from ml.similarity import CONTENT, COSINE, EASE, RULES, content, similarity

CUT, UNTIL = "2026-01-01", "2026-03-01"


def purchases(taste: bool, customers: int = 300, seed: int = 1) -> pd.DataFrame:
    """Two halves of customers and of 40 products; with taste, each half buys from its own half of the products."""
    rng = np.random.default_rng(seed)
    rows = []
    for c in range(customers):
        for month in range(14):
            day = pd.Timestamp("2025-01-05") + pd.DateOffset(months=month)
            for p in rng.integers(0, 20, 2):
                shift = 20 * (c % 2) if taste else 20 * rng.integers(0, 2)
                rows.append((f"c{c:03}", f"p{p + shift:02}", day))
    return pd.DataFrame(rows, columns=["customer_id", "product_id", "order_date"])


def test_cosine_and_ease_of_three_baskets_are_those_by_hand():
    bought = sparse.csr_array(np.array([[1.0, 1, 0], [1, 1, 1], [1, 0, 0]]))
    assert similarity(bought, COSINE)[0].tolist() == pytest.approx([0, 2 / np.sqrt(6), 1 / np.sqrt(3)])
    # EASE is the ridge regression of each product on the others.
    x, ridge = bought.toarray(), 0.5
    others = np.linalg.solve(x[:, 1:].T @ x[:, 1:] + ridge * np.eye(2), x[:, 1:].T @ x[:, 0])
    assert similarity(bought, EASE, ridge)[1:, 0].tolist() == pytest.approx(others.tolist())


def test_rules_are_the_pairs_whose_likelihood_ratio_chance_does_not_explain():
    rng = np.random.default_rng(4)
    has = rng.random((400, 6)) < 0.3
    has[:, 1] = np.where(rng.random(400) < 0.5, has[:, 0], has[:, 1])  # goes with the first
    has[:, 2] &= ~has[:, 0]  # instead of the first
    found = similarity(sparse.csr_array(has.astype(float)), RULES)
    wanted = np.zeros((6, 6))
    for i, j in permutations(range(6), 2):
        table = [[((has[:, i] == a) & (has[:, j] == b)).sum() for b in (True, False)] for a in (True, False)]
        p = contingency.chi2_contingency(table, correction=False, lambda_="log-likelihood").pvalue / 2
        if table[0][0] / has[:, i].sum() > has[:, j].mean() and p < 0.05 / 15:
            wanted[i, j] = table[0][0] / has[:, i].sum()
    assert found.ravel().tolist() == pytest.approx(wanted.ravel().tolist())
    assert found[0, 1] > 0.5 and found[0, 2] == 0


def test_content_is_the_cosine_of_traits_by_how_rare_they_are():
    found = content([{"tea", "green"}, {"tea", "black"}, {"cup", "black"}, {"cup"}])
    two, four = np.log(2), np.log(4)  # tea, black and cup are had by two of four, green by one
    assert found[0].tolist() == pytest.approx([0, two**2 / (np.hypot(two, four) * np.hypot(two, two)), 0, 0])
    assert found[2].tolist() == pytest.approx([0, 0.5, 0, two / np.hypot(two, two)])
    assert content([{"same"}, {"same"}, set()])[0].tolist() == [0, 1, 0]
    assert content([{"same"}, {"same"}]).tolist() == [[0, 0], [0, 0]]


def test_a_product_like_those_bought_is_offered_where_nobody_bought_both():
    """Each customer stays with one brand and buys a product of it once, so that no two were ever bought together
    often enough; the brand alone tells what comes next."""
    rng = np.random.default_rng(6)
    brand = {f"p{no:03}": {f"brand {no % 10}"} for no in range(400)}
    rows = []
    for c in range(400):
        own = [p for p, traits in brand.items() if traits == {f"brand {c % 10}"}]
        for month, product in enumerate(rng.permutation(own)[:14]):
            rows.append((f"c{c:03}", product, pd.Timestamp("2025-01-05") + pd.DateOffset(months=month)))
    log = pd.DataFrame(rows, columns=["customer_id", "product_id", "order_date"])
    found = evaluate(log, cut=CUT, until=UNTIL, traits=brand).set_index(["task", "method"])
    assert found.loc[("new", CONTENT), "gain_low"] > 0
    assert ("new", CONTENT) not in evaluate(log, cut=CUT, until=UNTIL).set_index(["task", "method"]).index
    offers = recommend(log, method=CONTENT, traits=brand, k=3).query("kind == 'new'")
    assert (offers["product_id"].map(brand) == offers["because_product_id"].map(brand)).all()
    assert set(offers["reason_en"].str.split(" p").str[0]) == {"Like"}


def test_hits_and_ndcg_are_those_by_hand():
    scores = np.array([[3.0, 2, 1, 0], [0, 1, 2, 3], [1, 1, 1, 1]])
    wanted = np.array([[0.0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0]])
    hit, gain = hits(scores, wanted, 2)
    assert hit[:2].tolist() == [1, 0]
    assert gain[0] == pytest.approx((1 / np.log2(3)) / (1 + 1 / np.log2(3)))
    assert np.isnan([hit[2], gain[2]]).all()


def test_the_best_are_those_of_a_stable_sort_whatever_the_ties():
    rng = np.random.default_rng(3)
    for columns, k in ((30, 5), (4, 10), (6, 6)):
        scores = np.where(rng.random((40, columns)) < 0.5, -np.inf, rng.integers(0, 4, (40, columns)))
        assert (top(scores, k) == np.argsort(-scores, axis=1, kind="stable")[:, :k]).all()


def test_planted_taste_is_found_and_serves():
    found = evaluate(purchases(taste=True), cut=CUT, until=UNTIL).set_index(["task", "method"])
    assert found.loc[("new", EASE), "ndcg"] > 1.3 * found.loc[("new", POPULAR), "ndcg"]
    assert champion(found.reset_index()) in (EASE, COSINE)


def test_without_taste_the_best_sellers_serve():
    found = evaluate(purchases(taste=False), cut=CUT, until=UNTIL)
    assert champion(found) == POPULAR
    assert champion(found, "repeat") == POPULAR


def test_what_each_buys_again_is_personal_where_habits_are_planted():
    log = purchases(taste=True, customers=120)
    log["product_id"] = np.where(log.index % 2 == 0, "p" + log["customer_id"].str[-2:], log["product_id"])
    found = evaluate(log, cut=CUT, until=UNTIL)
    assert champion(found, "repeat") == "personal"


def test_what_comes_after_the_cut_does_not_teach():
    log = purchases(taste=True)
    extra = log[log["order_date"] >= CUT].assign(product_id="p99")
    found = [Baskets.of(f[f["order_date"] < CUT]) for f in (log, pd.concat([log, extra]))]
    assert (found[0].counts != found[1].counts).nnz == 0


def test_policies_hold_and_every_offer_says_why():
    log = purchases(taste=True)
    policy = Policy(unavailable={"p01", "p21"}, opted_out={"c000"}, once_only={"p02"})
    offers = recommend(log, method=EASE, names={"p03": "Kettle"}, policy=policy, k=5)
    own = set(zip(log["customer_id"], log["product_id"], strict=True))
    owned = [(c, p) in own for c, p in zip(offers["customer_id"], offers["product_id"], strict=True)]
    assert "c000" not in set(offers["customer_id"])
    assert not offers["product_id"].isin({"p01", "p21"}).any()
    assert (pd.Series(owned) == (offers["kind"] == "repeat")).all()
    assert not ((offers["kind"] == "repeat") & (offers["product_id"] == "p02")).any()
    assert offers[["reason_en", "reason_zh"]].notna().all().all()
    assert not offers["reason_en"].str.contains("on 1 days").any()
    assert offers.groupby(["customer_id", "kind"])["rank"].max().max() <= 5


def test_the_product_that_explains_an_offer_is_one_the_customer_has():
    log = purchases(taste=True)
    offers = recommend(log, method=EASE, k=3).query("kind == 'new' and because_product_id.notna()")
    assert len(offers) > 100
    own = set(zip(log["customer_id"], log["product_id"], strict=True))
    assert all(pair in own for pair in zip(offers["customer_id"], offers["because_product_id"], strict=True))


def test_the_order_of_rows_changes_nothing_and_equal_lines_count_once():
    log = purchases(taste=True, customers=60)
    shuffled = pd.concat([log, log.head(500)]).sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(recommend(log, method=EASE), recommend(shuffled, method=EASE))


def test_few_customers_get_no_offers_but_a_reason():
    few = recommend(purchases(taste=True, customers=5), method=EASE)
    assert isinstance(few, Abstained)
    assert "at least 50" in few.reason_en


def hidden_items(reference_data: Path) -> dict[str, list[float]]:
    """Groceries: hit@10 and NDCG@10 of each method, one item of each basket of a fifth hidden."""
    (path,) = [p for p in sorted((reference_data / "groceries").iterdir()) if p.suffix == ".csv"][:1]
    lines = [sorted(set(line.split(","))) for line in path.read_text(encoding="utf-8").splitlines() if line]
    names = sorted({item for line in lines for item in line})
    at, rng = {name: i for i, name in enumerate(names)}, np.random.default_rng(42)
    x = np.zeros((len(lines), len(names)))
    for row, line in enumerate(lines):
        x[row, [at[item] for item in line]] = 1
    is_test = rng.permutation(len(lines)) >= int(0.8 * len(lines))
    train, test = x[~is_test], x[is_test & (x.sum(axis=1) >= 2)]
    hidden = np.array([rng.choice(np.flatnonzero(row)) for row in test])
    wanted = np.eye(len(names))[hidden]
    rest = test - wanted
    bought = sparse.csr_array(train)
    scores = {POPULAR: np.tile(train.sum(axis=0), (len(test), 1))}
    scores |= {m: rest @ similarity(bought, m) for m in (COSINE, EASE)}
    return {m: [float(v.mean()) for v in hits(np.where(rest > 0, -np.inf, s), wanted, 10)] for m, s in scores.items()}


def test_the_hidden_item_of_real_baskets_is_found_more_often_than_by_best_sellers(reference_data: Path):
    found = hidden_items(reference_data)
    assert found[POPULAR][0] == pytest.approx(0.396, abs=0.03)
    assert found[EASE][0] > found[POPULAR][0] + 0.02
    assert found[EASE] == pytest.approx([0.430, 0.244], abs=0.03)
