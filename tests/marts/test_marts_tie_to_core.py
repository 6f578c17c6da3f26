"""What a mart says of money and of counts is what the facts of core say, to the cent."""

import pytest

from tests.marts.company import Company

RETURNS = "select sum(deducted_base) from core.fct_returns"
BOUGHT = "from core.fct_orders where not is_cancelled and positive_line_count > 0"
SOLD = """from core.fct_order_lines inner join core.fct_orders using (order_id)
    where not fct_orders.is_cancelled and line_kind = 'product' and line_amount > 0 and product_id is not null"""
KNOWN = "customer_id is not null"
NET_OF_BUYERS = f"""with buyers as (select distinct customer_id {BOUGHT})
    select (select sum(sales_base) from core.fct_orders semi join buyers using (customer_id))
        - (select sum(deducted_base) from core.fct_returns semi join buyers using (customer_id))"""

# Per mart and figure: the mart's sum, and core's.
TIES = {
    "daily_sales": ("sum(net_base)", f"select sum(sales_base) - ({RETURNS}) from core.fct_orders"),
    "order_coverage": ("sum(sales_base)", "select sum(sales_base) from core.fct_orders where not is_cancelled"),
    "order_coverage, nobody known": (
        "sum(unlinked_sales_base)",
        "select sum(sales_base) from core.fct_orders where not is_cancelled and customer_id is null",
    ),
    "customer_kpi_coverage": (
        "max(linked_sales_base + unlinked_sales_base) filter (where channel_group = 'all')",
        f"select sum(sales_base) {BOUGHT}",
    ),
    "product_popularity": (
        "sum(sales_base)",
        f"select sum(line_amount_base) {SOLD} and fct_orders.ordered_on > date '2026-06-30' - 365",
    ),
    "metrics_monthly": (
        "sum(numerator) filter (where metric = 'net_sales' and channel_group = 'all')",
        f"select sum(sales_base) - ({RETURNS}) from core.fct_orders",
    ),
    "metrics_monthly, by channel": (
        "sum(numerator) filter (where metric = 'net_sales' and channel_group <> 'all')",
        f"select sum(sales_base) - ({RETURNS}) from core.fct_orders",
    ),
    "metrics_monthly, orders": (
        "sum(numerator) filter (where metric = 'orders' and channel_group = 'all')",
        "select count(*) from core.fct_orders where not is_cancelled",
    ),
    "metrics_monthly, spend": (
        "sum(numerator) filter (where metric = 'marketing_spend')",
        "select sum(cost_base) from core.fct_marketing_spend",
    ),
    "customer_rfm": ("sum(f_count)", f"select count(*) {BOUGHT} and {KNOWN}"),
    "rfm_movements": (
        "sum(m_after) filter (where month_end_on = date '2026-06-30')",
        NET_OF_BUYERS,
    ),
    "relationship_funnel": (
        "max(customer_count) filter (where stage = 'purchase')",
        f"select count(distinct customer_id) {BOUGHT}",
    ),
    "category_customer_flow": (
        "sum(active_count) filter (where scope = 'all')",
        f"""select count(distinct (customer_id, date_trunc('quarter', fct_orders.ordered_on))) {SOLD}
            and {KNOWN}""",
    ),
    "product_customer_flow": (
        "sum(active_count)",
        f"""select count(distinct (customer_id, product_id, date_trunc('quarter', fct_orders.ordered_on))) {SOLD}
            and {KNOWN}""",
    ),
    "segment_facts": ("sum(net_base)", NET_OF_BUYERS),
    "segment_profiles": (
        "sum(net_base) filter (where segmentation = 'spending')",
        NET_OF_BUYERS,
    ),
    "sales_funnel": (
        "sum(won_amount_base) filter (where stage_no = 1)",
        "select sum(amount_base) from core.fct_opportunities where outcome = 'won'",
    ),
    "customer_lifetime_value": ("count(*)", f"select count(distinct customer_id) {BOUGHT} and {KNOWN}"),
    "purchase_cycles": (
        "sum(purchase_day_count) filter (where scope = 'all')",
        f"select count(distinct (customer_id, fct_orders.ordered_on)) {BOUGHT} and {KNOWN}",
    ),
    "campaign_method_effect": (
        "sum(cost_base) filter (where customer_type = 'all')",
        "select sum(cost_base) from core.fct_campaign_contacts",
    ),
}


@pytest.mark.parametrize("figure", TIES)
def test_a_figure_of_a_mart_is_that_of_core(company: Company, figure: str) -> None:
    of_mart, of_core = TIES[figure]
    mart = figure.split(",")[0]
    core, here = company.query(f"select ({of_core}), (select {of_mart} from marts.{mart})")[0]
    assert core == here and core > 0
