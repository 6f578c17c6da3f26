"""The channel marts over the demo company: nothing is lost, and what was planted is found as far as it can be."""

from tests.marts.company import Company


def test_every_rule_gives_away_the_net_sales_of_all_orders_month_by_month(company: Company) -> None:
    sold = company.query("""
        select cast(date_trunc('month', ordered_on) as date) as m, sum(net_base) from core.fct_orders
        group by 1 order by 1""")
    for rule in ("first", "last", "linear", "position", "decay", "markov"):
        credited = company.query(f"""
            select month_on, sum(revenue_base) from marts.channel_attribution
            where attribution_rule = '{rule}' group by 1 order by 1""")
        assert credited == sold, rule
    performance = "select month_on, sum(revenue_base) as m from marts.channel_performance group by 1"
    assert company.query(f"select * from ({performance}) where m <> 0 order by 1") == [s for s in sold if s[1]]


def test_all_spend_is_kept_and_spend_without_customers_is_visible(company: Company) -> None:
    ledger = company.query("""
        select (select sum(cost_amount_base) from staging.stg_web__ad_spend)
            + (select sum(cost_amount_base) from staging.stg_campaigns__campaign_contacts)
            + (select sum(fixed_cost_base) from staging.stg_campaigns__campaigns)""")
    assert company.query("select sum(cost_base) from marts.channel_performance") == ledger
    assert company.query("select sum(cost_base) from core.fct_marketing_spend") == ledger
    printed = company.query("""
        select sum(touch_count), sum(acquired_count), sum(cost_base) > 0, max(cac_base) from marts.channel_performance
        where channel_group = 'print'""")
    assert printed == [(0, 0, True, None)]


def test_every_customer_with_a_purchase_is_acquired_once(company: Company) -> None:
    assert company.query("select sum(acquired_count) from marts.channel_performance") == company.query(
        "select count(*) from core.int_customers__orders_summed where purchase_count > 0"
    )


def test_touch_lift_finds_the_planted_causes_that_no_rule_over_bought_paths_can_find(company: Company) -> None:
    """Display causes nothing, email most of all in relation to its visits."""
    lift = dict(company.query("select channel_group, touch_lift from marts.channel_removal_effects"))
    assert lift["email"] > lift["organic_search"] > lift["display"]
    assert lift["display"] < 1 < lift["email"]
    planted = dict(
        company.query("""
        select medium, count(*) filter (where is_cause) from '{truth}/attribution_*.parquet' group by 1""")
    )
    assert planted["display"] == 0
    shares = dict(
        company.query("""
        select attribution_rule, sum(conversion_count) filter (where channel_group = 'display') / sum(conversion_count)
        from marts.channel_attribution where basis = 'touch' group by 1""")
    )
    assert all(0.03 < share < 0.12 for share in shares.values()), "all six credit what only stands on paths"


def test_what_is_paid_for_and_never_near_an_order_earns_the_least_of_all_advertising(company: Company) -> None:
    """TikTok and Douyin are planted so; chance touches within 30 days before a purchase remain."""
    roas = dict(
        company.query("""
        select source in ('tiktok', 'douyin'), sum(revenue_base) / sum(cost_base) from marts.channel_performance
        where channel_group = 'paid_social' and source <> 'campaign' group by 1""")
    )
    assert roas[True] < roas[False] / 3
    moved = dict(
        company.query("""
        select source, change_base from marts.channel_reallocation where channel_group = 'paid_social'""")
    )
    assert moved["tiktok"] < 0
    assert company.query("select sum(change_base) from marts.channel_reallocation") == [(0,)]


def test_the_planted_uplift_lies_in_the_measured_interval(company: Company) -> None:
    """Planted per send; measured per customer of a campaign over all channels together."""
    planted = company.query("select avg(true_lift) from '{truth}/uplift_*.parquet' where arm = 'treatment'")[0][0]
    low, high = company.query("""
        select u - 1.96 * s, u + 1.96 * s from (
            select t - c as u, sqrt(t * (1 - t) / tn + c * (1 - c) / cn) as s from (
                select avg(has_bought::int) filter (where is_treated) as t, count(*) filter (where is_treated) as tn,
                    avg(has_bought::int) filter (where not is_treated) as c,
                    count(*) filter (where not is_treated) as cn
                from intermediate.int_campaign_units))""")[0]
    assert low <= planted <= high
