"""Funnels, bottlenecks, the forecast of deals, targets, and who sells."""

import pandas as pd

from dashboard.release import Release
from orchestration.report.facts import Span


def bottlenecks(release: Release) -> pd.DataFrame:
    """Stages of the sales funnel by the money lost in them."""
    return release.ask(
        """
        select system, stage, visit_count, move_on_rate::double as move_on_rate,
            mean_stay_days::double as mean_stay_days,
            stalled_count, stalled_value_base::double as stalled_value_base, lost_count,
            lost_value_base::double as lost_value_base
        from marts.funnel_bottlenecks order by system, bottleneck_rank"""
    )


def open_deals(release: Release) -> pd.DataFrame:
    """What open deals are worth by stage: their value, and that times the chance to win."""
    return release.ask(
        """
        select s.stage, count(*) as deal_count, sum(f.expected_amount_base)::double as value_base,
            sum(f.expected_amount_base * f.p_stage)::double as expected_base
        from (select * from marts.deal_forecasts qualify snapshot_on = max(snapshot_on) over ()) f
        left join (select distinct stage_no, stage from marts.sales_funnel) s using (stage_no)
        group by f.stage_no, s.stage order by f.stage_no"""
    )


def backtest(release: Release) -> pd.DataFrame:
    """What the deal forecast said and what was won, per month of saying."""
    return release.ask(
        """
        select snapshot_on as month_on, sum(forecast_amount_base)::double as forecast,
            sum(won_amount_base)::double as won, any_value(method) as method
        from marts.forecast_backtest where is_chosen and forecast_amount_base is not null
            and won_amount_base is not null
        group by all order by all"""
    )


def staff(release: Release, span: Span) -> pd.DataFrame:
    """People who sell, by sales and deals won; empty where somebody had no order, or no deal."""
    return release.ask(
        """
        select coalesce(employee_name, employee_id) as employee_name, department_path,
            case when sum(order_count) > 0 then sum(sales_base)::double end as sales_base,
            nullif(sum(order_count)::bigint, 0) as order_count,
            case when sum(won_deal_count) > 0 then sum(won_amount_base)::double end as won_amount_base,
            nullif(sum(won_deal_count)::bigint, 0) as won_deal_count
        from marts.employee_sales
        where employee_id <> 'none' and period_kind = 'month'
            and period_on between date_trunc('month', $since::date) and $until
        group by employee_id, employee_name, department_path
        having sum(sales_base) <> 0 or sum(won_amount_base) <> 0
        order by sum(sales_base) + sum(won_amount_base) desc, employee_id limit 25""",
        since=span.since,
        until=span.until,
    )


def targets(release: Release, span: Span) -> pd.DataFrame:
    """Revenue targets whose period touches the span."""
    return release.ask(
        """
        select system, subject_kind, subject_ref, period_start, period_end,
            target_value_base::double as target_value_base,
            actual_value_base::double as actual_value_base, attainment,
            forecast_value_base::double as forecast_value_base,
            status
        from marts.target_attainment where measure = 'revenue' and period_end >= $since and period_start <= $until
        order by period_start desc, system, subject_kind, subject_ref""",
        since=span.since,
        until=span.until,
    )
