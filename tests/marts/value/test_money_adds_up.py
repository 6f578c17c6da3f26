"""Every mart of value holds the company's money to the cent; odd companies get a defined answer."""

from decimal import Decimal

import duckdb
import pytest

from tests.marts.rfm.conftest import Build, build  # noqa: F401

MODELS = (
    "int_rfm__daily", "int_rfm__monthly", "rfm_ledger", "customer_rfm", "path:models/marts/value",
    "path:models/marts/cohorts", "value_parameters", "pyramid_tiers", "pyramid_expectations", "score_weights",
    "axis_strategies",
)  # fmt: skip
SALES = """(select sum(sales_base) from core.fct_orders where {0})
    - (select sum(deducted_base) from core.fct_returns where {0})"""


@pytest.fixture(scope="module")
def company(build: Build) -> duckdb.DuckDBPyConnection:  # noqa: F811
    return build("2023-12-31", *MODELS)


def one(con: duckdb.DuckDBPyConnection, sql: str) -> Decimal:
    return con.execute(f"select {sql}").fetchall()[0][0]


def test_contribution_and_classes_hold_all_sales(company) -> None:
    sales = one(company, SALES.format("true"))
    assert sales > 10_000
    assert one(company, "(select sum(net_base) from marts.customer_contribution where span = 'all_time')") == sales
    assert one(company, "(select sum(net_base) from marts.abc_classes where entity_kind = 'customer')") == sales
    lines = one(
        company,
        "(select sum(line_amount_base) from core.fct_order_lines where not is_cancelled)"
        " - (select sum(deducted_base) from core.fct_returns)",
    )
    assert one(company, "(select sum(net_base) from marts.abc_classes where entity_kind = 'product')") == lines


def test_tiers_hold_all_profit_in_every_scheme(company) -> None:
    parts = """
        (select sum(sales_base) from core.fct_orders) - (select sum(deducted_base) from core.fct_returns)
        - (select sum(coalesce(cost_base, quantity * unit_cost_base)) from core.fct_order_lines
            left join core.dim_products using (product_id) where not is_cancelled)
        - (select sum(handling_cost_base) from core.fct_tickets)
        - (select sum(cost_base) from core.fct_campaign_contacts)"""
    guess = "(select sum(estimated_cost_base) from marts.customer_contribution where span = 'all_time')"
    estimated = one(company, guess)
    profit = one(company, parts) - estimated
    assert estimated > 0, "the company has lines that nobody knows the cost of"
    schemes = "select scheme, sum(contribution_base), count(*) from marts.profit_pyramid group by 1 order by 1"
    assert company.execute(schemes).fetchall() == [("four_tier", profit, 6), ("two_tier", profit, 4)]
    better = company.execute("""
        select count(*) from marts.customer_tiers a join marts.customer_tiers b using (scheme)
        where a.tier_no < b.tier_no and a.contribution_base < b.contribution_base""").fetchall()
    assert better == [(0,)]


def test_the_curve_ends_with_everybody_and_twenty_percent_is_measured(company) -> None:
    known = one(company, SALES.format("customer_id in (select customer_id from marts.customer_rfm)"))
    curve = "(select {} from marts.pareto_curve where basis = 'net_sales' and customer_percent = {})"
    assert one(company, curve.format("cumulative_base", 100)) == known
    best = company.execute("""
        select sum(net_base) from (
            select net_base, row_number() over (order by net_base desc, customer_id) as r, count(*) over () as n
            from marts.customer_contribution
            where span = 'all_time' and customer_id is not null and purchase_count > 0)
        where r <= 0.2 * n""").fetchall()
    assert one(company, curve.format("cumulative_base", 20)) == best[0][0]


def test_cohorts_hold_every_purchase_and_all_net_sales_of_their_customers(company) -> None:
    cohorts = company.execute("select sum(purchase_count), sum(net_base) from marts.cohort_retention").fetchall()
    assert cohorts == company.execute("select sum(f_count), sum(m_total) from marts.customer_rfm").fetchall()
    first = company.execute(
        "select count(*) from marts.cohort_retention where month_no = 0 and active_count <> cohort_size"
    ).fetchall()
    assert first == [(0,)]


def test_lifetime_value_is_the_product_of_its_parts(company) -> None:
    off = company.execute("""
        select count(*),
            count(*) filter (where abs(clv_revenue_base::double
                - mean_order_base::double * yearly_frequency * lifespan_years) > 0.1),
            count(*) filter (where abs(cltv_base::double - cltv_r_base::double * cltv_l_years - cltv_i_base) > 0.1)
        from marts.customer_lifetime_value""").fetchall()
    assert off[0][0] > 100 and off[0][1:] == (0, 0)


def test_all_cells_and_quadrants_are_filled_by_rule(company) -> None:
    rows = company.execute("select distinct axis_cell from marts.customer_scores where strategy_en is null").fetchall()
    assert rows == []
    counts = company.execute("""
        select entity_kind, axis_pair, count(*) = count(distinct entity_id)
        from marts.bcg_matrix group by 1, 2""").fetchall()
    assert len(counts) == 6 and all(unique for *_, unique in counts)
    low = one(company, "(select count(*) filter (where value_level = 'low') / count(*) from marts.customer_scores)")
    assert abs(low - 1 / 3) < 0.02


@pytest.mark.parametrize(("where", "buyers"), [("false", 0), ("customer_id = 'c001'", 1)], ids=["nobody", "one"])
def test_a_company_of_nobody_or_one_customer_has_defined_marts(build: Build, where: str, buyers: int) -> None:  # noqa: F811
    con = build("2023-12-31", *MODELS, where=where)
    for mart in ("customer_scores", "customer_lifetime_value"):
        assert con.execute(f"select count(*) from marts.{mart}").fetchall() == [(buyers,)]
    assert con.execute("select count(*) from marts.customer_tiers").fetchall() == [(2 * buyers,)]
    schemes = con.execute("select sum(contribution_base) from marts.profit_pyramid group by scheme").fetchall()
    assert len(set(schemes)) <= 1
