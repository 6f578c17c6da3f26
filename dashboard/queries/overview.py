"""What the overview asks beside the report's questions: the R-trend, the quality light, coverage."""

import pandas as pd

from dashboard.release import Release
from orchestration.report.facts import Span


def trend(release: Release, span: Span) -> pd.DataFrame:
    """Customers who bought lately, at the end of each month."""
    return release.ask(
        """
        select month_end_on, customer_count, recent_count, recent_share::double as recent_share, trend
        from marts.rfm_trend where month_end_on between $since and $until order by month_end_on""",
        since=span.since,
        until=span.until,
    )


def light(release: Release) -> pd.DataFrame:
    """One row: the mean score of sources, the worst one, and the share of records that did not enter."""
    return release.ask(
        """
        with records as (
            select sum(records_in) as records_in, sum(quarantined) + sum(rejected) as refused from ops.deliveries
        ),
        last as (select * from ops.quality_scorecard qualify run_no = max(run_no) over ())
        select avg(score)::double as score, min(score)::double as lowest,
            arg_min(system || ' / ' || stream, (score, system, stream)) as worst,
            any_value(records.records_in)::bigint as records_in, any_value(records.refused)::bigint as refused
        from last cross join records having count(*) > 0"""
    )


def coverage(release: Release) -> pd.DataFrame:
    """Coverage of customer figures: all channels first (S030)."""
    return release.ask(
        """
        select channel_group, coverage::double as coverage, linked_order_count, unlinked_order_count,
            unlinked_sales_base::double as unlinked_sales_base
        from marts.customer_kpi_coverage where kpi = 'customers' order by channel_group <> 'all', channel_group"""
    )


def bounds(release: Release) -> pd.DataFrame:
    """Every customer figure with its bounds if the orders of nobody known were somebody's (S030)."""
    return release.ask(
        """
        select kpi as metric, value::double as value, coverage::double as coverage, lower_bound::double as lower_bound,
            upper_bound::double as upper_bound
        from marts.customer_kpi_coverage where channel_group = 'all' order by kpi"""
    )
