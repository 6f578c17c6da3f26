"""Insights over the demo company: what was planted comes up, nothing else does, and a new trouble is found."""

from pathlib import Path

import duckdb

from tests.dbt.project import Dbt
from tests.marts.company import AS_OF, Company


def test_what_was_planted_comes_up(company: Company) -> None:
    """Store orders are mostly anonymous, web orders never: one is a problem, the other is none."""
    found = {row[0] for row in company.query("select insight_id from marts.insights")}
    assert "unlinked_orders:pos:store" in found
    assert not any(one.startswith("unlinked_orders:shop") for one in found)


def test_the_whole_interval_lies_beyond_what_is_expected_and_the_rank_follows_the_money(company: Company) -> None:
    rows = company.query(
        "select direction, observed_share, expected_share, interval_low, interval_high from marts.insights "
        "inner join seeds.insight_rules using (rule)"
    )
    assert rows
    for direction, observed, expected, low, high in rows:
        if direction == "none":
            assert low is None
        else:
            assert low < observed < high
            assert low > expected if direction == "above" else high < expected
    ranked = company.query("select insight_rank, coalesce(size_base, 0) from marts.insights order by 1")
    assert [rank for rank, _ in ranked] == list(range(1, len(ranked) + 1))
    assert [size for _, size in ranked] == sorted((size for _, size in ranked), reverse=True)


def test_no_placeholder_is_left_in_a_text(company: Company) -> None:
    texts = company.query("select title_en, title_zh, evidence_en, evidence_zh from marts.insights")
    assert not [text for row in texts for text in row if text is None or "{" in text or not text.strip()]


def test_a_product_that_suddenly_comes_back_is_found_and_no_other(dbt: Dbt, company: Company, tmp_path: Path) -> None:
    database = company.copy(tmp_path / company.database.name)
    with duckdb.connect(str(database)) as con:
        ((product, _),) = con.execute(
            "select product_id, count(distinct order_id) as orders from core.fct_order_lines "
            f"where ordered_on > date '{AS_OF}' - 180 and not is_cancelled group by 1 order by orders desc, 1 limit 1"
        ).fetchall()
        con.execute(
            "insert into core.fct_returns by name "
            "select 'planted:' || line_id as return_id, system, order_id, product_id, line_id as return_ref, "
            "line_amount_base as amount_base, line_amount_base as deducted_base, "
            f"date '{AS_OF}' as returned_on, timestamp '{AS_OF}' as returned_at, false as is_of_cancelled_order "
            f"from core.fct_order_lines where product_id = '{product}'"
        )
    before = {row[0] for row in company.query("select insight_id from marts.insights where rule = 'product_returns'")}
    dbt.run(database, "int_insights__products", "insights", as_of=AS_OF)
    with duckdb.connect(str(database)) as con:
        after = con.execute("select insight_id from marts.insights where rule = 'product_returns'").fetchall()
    assert {one for (one,) in after} == before | {f"product_returns:{product}"}
