"""What is bought, with what, and after what."""

import pandas as pd

from dashboard.release import Release
from orchestration.report.facts import Span

NO_CATEGORY = "–"


def top(release: Release, span: Span) -> pd.DataFrame:
    """Products by net sales of the span."""
    return release.ask(
        """
        select product_name, category_path, sum(net_base)::double as net_base, sum(order_count)::bigint as order_count,
            sum(margin_base)::double as margin_base,
            (sum(returns_base) / nullif(sum(sales_base), 0))::double as return_share
        from marts.product_sales where month_on between date_trunc('month', $since::date) and $until
        group by product_id, product_name, category_path order by sum(net_base) desc, product_id limit 100""",
        since=span.since,
        until=span.until,
    )


def categories(release: Release, span: Span) -> pd.DataFrame:
    """Net sales of the span by category."""
    return release.ask(
        f"""
        select coalesce(nullif(split_part(category_path, ' > ', 1), ''), '{NO_CATEGORY}') as category_name,
            sum(net_base)::double as net_base
        from marts.product_sales where month_on between date_trunc('month', $since::date) and $until
        group by all order by net_base desc, category_name limit 15""",
        since=span.since,
        until=span.until,
    )


def rules(release: Release) -> pd.DataFrame:
    """What is bought together more often than by chance."""
    return release.ask(
        """
        select basis, system, antecedent, consequent, together_count, support, confidence, lift from marts.basket_rules
        order by lift desc, antecedent, consequent limit 200"""
    )


def sequences(release: Release) -> pd.DataFrame:
    """What is bought after what."""
    return release.ask(
        """
        select sequence, customer_count, support, confidence from marts.purchase_sequences where element_count > 1
        order by customer_count desc, sequence limit 100"""
    )


def cycles(release: Release) -> pd.DataFrame:
    """How often a category is bought again, and after how many days."""
    return release.ask(
        """
        select category_name, customer_count, repeat_rate, median_interval_days, mean_interval_days
        from marts.category_cycles where scope = 'category' order by customer_count desc, category_name"""
    )
