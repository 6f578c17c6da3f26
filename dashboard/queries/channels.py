"""What channels cost and bring, by six rules of attribution, and what moving money would do."""

import pandas as pd

from dashboard.release import Release
from orchestration.report.facts import Span


def performance(release: Release, span: Span) -> pd.DataFrame:
    """Spend, revenue, ROAS and cost per new customer of each channel over the span."""
    return release.ask(
        """
        select channel_group, sum(touch_count)::bigint as touch_count, sum(acquired_count)::bigint as acquired_count,
            sum(cost_base)::double as cost_base, sum(revenue_base)::double as revenue_base,
            (sum(revenue_base) / nullif(sum(cost_base), 0))::double as roas,
            (sum(cost_base) / nullif(sum(acquired_count), 0))::double as cac_base
        from marts.channel_performance where month_on between date_trunc('month', $since::date) and $until
        group by all order by revenue_base desc nulls last, channel_group""",
        since=span.since,
        until=span.until,
    )


def attribution(release: Release, span: Span) -> pd.DataFrame:
    """Revenue of each channel by each rule; what no touch led to stands apart."""
    return release.ask(
        """
        select channel_group, attribution_rule, revenue_base::double as revenue_base
        from (
            select channel_group, attribution_rule, sum(revenue_base) as revenue_base
            from marts.channel_attribution
            where basis = 'touch' and month_on between date_trunc('month', $since::date) and $until
            group by all
        ) order by sum(revenue_base) over (partition by channel_group) desc, channel_group,
            list_position(['first', 'last', 'linear', 'position', 'decay', 'markov'], attribution_rule)""",
        since=span.since,
        until=span.until,
    )


def reallocation(release: Release) -> pd.DataFrame:
    """The split of the spend that is suggested."""
    return release.ask(
        """
        select channel_group, source, spend_base::double as spend_base,
            suggested_spend_base::double as suggested_spend_base,
            change_base::double as change_base, revenue_base::double as revenue_base,
            expected_revenue_base::double as expected_revenue_base, marginal_roas::double as marginal_roas, restraint
        from marts.channel_reallocation order by spend_base desc nulls last, channel_group, source"""
    )


def campaigns(release: Release) -> pd.DataFrame:
    """What messages did, against people who got none."""
    return release.ask(
        """
        select channel_group, customer_type, treated_count, control_count, treated_rate::double as treated_rate,
            control_rate::double as control_rate, uplift_rate::double as uplift_rate, uplift_low::double as uplift_low,
            uplift_high::double as uplift_high, cost_base::double as cost_base, verdict
        from marts.campaign_method_effect order by channel_group, customer_type"""
    )


def effects(release: Release, lang: str) -> pd.DataFrame:
    """What campaigns caused, against those held back by chance: all first, then channels, then campaigns by day.

    `said` is the verdict in words; where there is none, why nothing is said.
    """
    return release.ask(
        f"""
        select scope, scope_id, channel, first_sent_on, contacted_count, control_count, contacted_responses,
            control_responses, effect, effect_low, effect_high, extra_responses, cost_base::double as cost_base,
            cost_per_extra_base::double as cost_per_extra_base, status,
            coalesce(verdict_{lang}, reason_{lang}) as said
        from scores.campaign_uplift
        order by list_position(['all', 'channel', 'campaign'], scope), first_sent_on, scope_id"""
    )
