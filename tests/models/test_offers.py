"""Offers of the demo company keep to every policy, know nothing of what comes later, and hang on no order of rows."""

from collections.abc import Iterator
from datetime import date
from types import ModuleType

import duckdb
import pytest

from ml import catalogue, offers, purchase_timing
from tests.marts.company import AS_OF

DAY, PAST = date.fromisoformat(AS_OF), date(2026, 3, 31)
# An article, said otherwise than the code does: the demo's systems give it one number and one place on a ladder.
OWNED = """
    create or replace temp table owned as
    select distinct o.customer_id, p.product_ref, p.ladder_ref, l.product_id
    from core.fct_order_lines as l
    inner join core.fct_orders as o on l.order_id = o.order_id
    inner join core.dim_products as p on l.product_id = p.product_id
    where not o.is_cancelled and l.quantity > 0 and o.ordered_on <= $day
"""
BREACHES = {
    "owned": """s.kind <> 'repeat' and exists (
        from owned as x where x.customer_id = s.customer_id and x.product_ref = p.product_ref
        and x.ladder_ref = p.ladder_ref)""",
    "not owned": """s.kind = 'repeat'
        and (s.customer_id, p.product_ref) not in (select customer_id, product_ref from owned)""",
    "opted out": """s.customer_id in (select customer_id from marts.customer_consents group by 1
        having count(*) filter (where is_allowed) = 0)""",
    "not on sale": "p.product_id is null or p.discontinued_on < $day or p.launched_on > $day",
    "more than three": "s.rank not between 1 and 3",
    "no reason": """s.reason_en is null or s.reason_zh is null or s.product_name is null
        or not regexp_matches(s.reason_zh, '[一-龥]')""",
    "grade": "(s.kind = 'upgrade') <> (s.grade is null) or (s.grade is null) <> (s.model_id is null)",
    "because": """s.kind <> 'new' and (s.kind = 'upgrade') <> (s.because_product_id is not null) or
        s.because_product_id is not null
        and (s.customer_id, s.because_product_id) not in (select customer_id, product_id from owned)""",
}
NO_ARTICLES = catalogue.PRODUCTS.replace("product_ref || '|' || ladder_ref || '|' || ladder_rank,", "").replace(
    "product_ref || '|' || lower(product_name),", ""
)
BUGS = {
    "opted out": ("OPTED_OUT", catalogue.OPTED_OUT.replace("having not bool_or", "having false and bool_or")),
    "owned": ("PRODUCTS", NO_ARTICLES),
    "not on sale": ("PRODUCTS", catalogue.PRODUCTS.replace("discontinued_on <", "discontinued_on > 9999 +")),
}  # fmt: skip


@pytest.fixture
def tried(con: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, as it was afterwards."""
    con.execute("begin")
    yield con
    con.execute("rollback")


def breaches(con: duckdb.DuckDBPyConnection, day: date = DAY) -> set[str]:
    """Policies that scores.product_offers breaks."""
    con.execute(OWNED, {"day": day})
    joined = "from scores.product_offers as s left join core.dim_products as p on s.product_id = p.product_id"
    return {
        name
        for name, rule in BREACHES.items()
        if con.execute(
            f"select count(*) {joined} where {rule}", {"day": day} if "$day" in rule else None
        ).fetchall()[0][0]
    }  # fmt: skip


def said(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple]:
    """Rows of a table of scores, but for the model's id, which also tells what data it was made of."""
    return con.execute(f"select * exclude (model_id) from scores.{table} order by all").fetchall()


def test_offers_keep_to_every_policy_and_ranks_have_no_gap(tried: duckdb.DuckDBPyConnection) -> None:
    cards = offers.score(tried, DAY)
    assert breaches(tried) == set()
    counts = tried.execute("""
        select kind, count(*) > 1000, max(rank) from scores.product_offers
        group by kind order by kind""").fetchall()
    assert counts == [("new", True, 3), ("repeat", True, 3), ("upgrade", True, 3)]
    gaps = "select 1 from scores.product_offers group by customer_id, kind having max(rank) <> count(*)"
    assert tried.execute(gaps).fetchall() == []
    graded = tried.execute("""
        select distinct kind, grade, model_id from scores.product_offers where kind <> 'upgrade'
        order by kind""").fetchall()
    assert graded == [(c["model"].removeprefix("offers_"), c["grade"], c["model_id"]) for c in cards]
    serves = {card["model"]: (card["serves"], card["grade"]) for card in cards}
    assert serves["offers_new"][0] in ("cosine", "ease") and serves["offers_new"][1] in "AB", "tastes are planted"


@pytest.mark.parametrize("policy", BUGS)
def test_a_policy_that_is_broken_is_seen(
    tried: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    name, sql = BUGS[policy]
    assert sql != getattr(catalogue, name)
    monkeypatch.setattr(catalogue, name, sql)
    offers.score(tried, DAY)
    assert breaches(tried) == {policy}


def past_scores(con: duckdb.DuckDBPyConnection, scorer: ModuleType, table: str) -> list[list[tuple]]:
    """Scores of a past day with the days after it as they were, and with half deleted and half given to one person."""
    scorer.score(con, PAST)
    before = said(con, table)
    con.execute("create or replace temp table kept as from core.fct_orders")
    con.execute("delete from core.fct_orders where ordered_on > $day and hash(order_id) % 2 = 0", {"day": PAST})
    one = "(select min(customer_id) from kept)"
    con.execute(f"update core.fct_orders set customer_id = {one} where ordered_on > $day", {"day": PAST})
    scorer.score(con, PAST)
    con.execute("delete from core.fct_orders")
    con.execute("insert into core.fct_orders from kept")
    return [before, said(con, table)]


@pytest.mark.parametrize(
    ("scorer", "table"), [(offers, "product_offers"), (purchase_timing, "next_purchase")], ids=("offers", "dates")
)
def test_what_comes_after_as_of_changes_no_score(
    tried: duckdb.DuckDBPyConnection, scorer: ModuleType, table: str
) -> None:
    before, after = past_scores(tried, scorer, table)
    assert before == after
    assert len(before) > 1000


def test_a_scorer_that_looks_ahead_is_seen(tried: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "PURCHASES", catalogue.PURCHASES.replace("<= $as_of", "<= $as_of + 60"))
    before, after = past_scores(tried, offers, "product_offers")
    assert before != after


def test_without_orders_there_is_no_row_but_a_reason_in_both_languages(tried: duckdb.DuckDBPyConnection) -> None:
    tried.execute("delete from core.fct_orders")
    cards = offers.score(tried, DAY) + purchase_timing.score(tried, DAY)
    assert [(card["model"], card["grade"]) for card in cards] == [
        ("offers_new", "abstain"), ("offers_repeat", "abstain"), ("next_purchase", "abstain"),
    ]  # fmt: skip
    assert all(card["reason_en"] and card["reason_zh"] for card in cards)
    for table in ("product_offers", "next_purchase"):
        assert tried.execute(f"select count(*) from scores.{table}").fetchall() == [(0,)]


def test_few_purchases_leave_dates_empty_with_a_status(tried: duckdb.DuckDBPyConnection) -> None:
    tried.execute("""
        delete from core.fct_orders where customer_id is null or customer_id not in (
            select customer_id from core.fct_orders
            where customer_id is not null and not is_cancelled and positive_line_count > 0
            group by customer_id order by count(*), customer_id limit 20)""")
    (card,) = purchase_timing.score(tried, DAY)
    found = tried.execute("""
        select count(*), count(next_purchase_on), count(grade), min(status), max(status)
        from scores.next_purchase where category = 'all'""").fetchall()
    assert card["grade"] == "abstain" and "at least 100" in card["reason_en"]
    assert found == [(20, 0, 0, "abstained", "abstained")]
