"""RFM, ABC, pyramid, three axes, BCG, and the segments that this company defined."""

import pandas as pd

from dashboard.release import Release

# Lists of members: name -> (query of customer and group, column). Bound by the group that was chosen.
_MEMBERS = {
    "rfm": "select customer_id, rfm_segment as grp from marts.customer_rfm",
    "abc": "select entity_id as customer_id, abc_class as grp from marts.abc_classes where entity_kind = 'customer'",
    "tier": "select customer_id, tier as grp from marts.customer_tiers where scheme = 'four_tier'",
    "axis": "select customer_id, axis_cell as grp from marts.customer_scores",
    "group": "select customer_id, group_no::varchar as grp from scores.customer_groups",
}


def rfm(release: Release) -> pd.DataFrame:
    """Customers and money per RFM segment, with their shares."""
    return release.ask(
        """
        select rfm_segment, count(*) as customer_count, sum(m_total)::double as money,
            count(*) / sum(count(*)) over () as share_of_customers,
            (sum(m_total) / nullif(sum(sum(m_total)) over (), 0))::double as share_of_money,
            avg(r_days) as mean_r_days, avg(f_count) as mean_f_count
        from marts.customer_rfm group by all order by money desc, rfm_segment"""
    )


def grid(release: Release, segment: str | None) -> pd.DataFrame:
    """Customers per recency and frequency score."""
    return release.ask(
        """
        select r_score, f_score, count(*) as customer_count, avg(m_total)::double as mean_m_total
        from marts.customer_rfm where $segment::varchar is null or rfm_segment = $segment group by all order by all""",
        segment=segment,
    )


def moves(release: Release) -> pd.DataFrame:
    """How many went from which segment to which in the last month."""
    return release.ask(
        """
        select from_segment, to_segment, customer_count, share_of_from::double as share_of_from, is_move
        from marts.rfm_movements qualify month_end_on = max(month_end_on) over () order by from_segment, to_segment"""
    )


def pareto(release: Release) -> pd.DataFrame:
    """Share of money of the best x percent of customers."""
    return release.ask(
        """
        select basis, customer_percent / 100 as share_of_customers, cumulative_share::double as share_of_money
        from marts.pareto_curve order by basis, customer_percent"""
    )


def abc(release: Release) -> pd.DataFrame:
    """Customers and sales per ABC class."""
    return release.ask(
        """
        select abc_class, count(*) as customer_count, sum(net_base)::double as net_base
        from marts.abc_classes where entity_kind = 'customer' group by all order by abc_class"""
    )


def pyramid(release: Release) -> pd.DataFrame:
    """Tiers of the profit pyramid, without those nobody knows."""
    return release.ask(
        """
        select tier, customer_count, share_of_sales::double as share_of_sales,
            share_of_contribution::double as share_of_contribution, contribution_base::double as contribution_base,
            cost_to_serve_base::double as cost_to_serve_base,
            contribution_per_customer_base::double as contribution_per_customer_base
        from marts.profit_pyramid where scheme = 'four_tier' order by tier_no"""
    )


def axes(release: Release) -> pd.DataFrame:
    """Customers per cell of value, potential and loyalty, with the cell's strategy."""
    return release.ask(
        """
        select axis_cell, value_level, potential_level, loyalty_level, any_value(strategy_en) as strategy_en,
            any_value(strategy_zh) as strategy_zh, count(*) as customer_count
        from marts.customer_scores group by all order by customer_count desc, axis_cell"""
    )


def bcg(release: Release, entity: str) -> pd.DataFrame:
    """Growth and share of products, categories or customer groups, the two hundred largest."""
    return release.ask(
        """
        select coalesce(p.product_name, b.entity_id) as name, b.quadrant, b.growth_rate::double as growth_rate,
            b.sales_share::double as sales_share, b.net_base::double as net_base
        from marts.bcg_matrix b
        left join core.dim_products p on b.entity_kind = 'product' and p.product_id = b.entity_id
        where b.entity_kind = $entity and b.axis_pair = 'growth_share' and b.quadrant is not null
        order by b.net_base desc, b.entity_id limit 200""",
        entity=entity,
    )


def own(release: Release) -> pd.DataFrame:
    """Every segmentation with its segments, sizes and money."""
    return release.ask(
        """
        select segmentation, segment, segment_en, segment_zh, kind, customer_count, customer_share, net_share,
            net_base::double as net_base, buyer_rate, mean_r_days, nps
        from marts.segment_profiles order by segmentation, customer_count desc, segment"""
    )


def members(release: Release, kind: str, group: str) -> pd.DataFrame:
    """The customers of an RFM segment, ABC class, tier, axis cell or group of like ones, most valuable first."""
    return _members(release, _MEMBERS[kind], group=group)


def segment_members(release: Release, segmentation: str, segment: str) -> pd.DataFrame:
    """The customers of a segment of a segmentation, most valuable first."""
    listed = "select customer_id, segment as grp from marts.segment_members where segmentation = $segmentation"
    return _members(release, listed, group=segment, segmentation=segmentation)


def _members(release: Release, listed: str, **given: str) -> pd.DataFrame:
    return release.ask(
        f"""
        select c.customer_id, c.full_name, c.email, c.phone, c.rfm_segment, c.net_base::double as net_base,
            c.order_count, c.last_order_on, c.may_email, c.may_sms, c.may_phone
        from ({listed}) m join marts.dim_customers c using (customer_id)
        where m.grp = $group order by c.net_base desc nulls last, c.customer_id""",
        **given,
    )
