"""What came in, what did not and why, how good the sources are, and which releases there were."""

import pandas as pd

from dashboard.release import Release


def streams(release: Release) -> pd.DataFrame:
    """Records per stream: in = loaded + quarantined + rejected."""
    return release.ask(
        """
        select stream, count(*) as deliveries, sum(records_in)::bigint as records_in, sum(loaded)::bigint as loaded,
            sum(quarantined)::bigint as quarantined, sum(rejected)::bigint as rejected
        from ops.deliveries group by stream order by records_in desc, stream"""
    )


def quarantine(release: Release) -> pd.DataFrame:
    """Records that did not enter, by the rule that they broke."""
    return release.ask(
        """
        select feed, stream, rule, column_name, count(distinct (delivery_id, record_no)) as records,
            min(file_name) as file_name
        from ops.quarantine where status = 'open' group by feed, stream, rule, column_name
        order by records desc, feed, stream, rule, column_name"""
    )


def rejected(release: Release) -> pd.DataFrame:
    """Deliveries that were refused as a whole."""
    return release.ask(
        """
        select feed, file_name, status, any_value(reason) as reason, sum(records_in)::bigint as records_in,
            max(loaded_at) as loaded_at
        from ops.deliveries where status <> 'loaded' group by feed, file_name, status
        order by loaded_at desc, feed, file_name
        limit 200"""
    )


def scorecard(release: Release) -> pd.DataFrame:
    """Accuracy, completeness and timeliness per system and stream, of the last run; the worst first."""
    return release.ask(
        """
        select system, stream, records_in, accuracy::double as accuracy, completeness::double as completeness,
            timeliness::double as timeliness, lag_days, score::double as score
        from ops.quality_scorecard qualify run_no = max(run_no) over () order by score, system, stream"""
    )


def known_orders(release: Release) -> pd.DataFrame:
    """Share of orders of known customers per month and channel (S030)."""
    return release.ask(
        """
        select month_on, channel, (1 - sum(unlinked_order_count) / nullif(sum(order_count), 0))::double as known_share
        from marts.order_coverage group by all order by channel, month_on"""
    )


def guide(release: Release) -> pd.DataFrame:
    """Which question this company's data can answer."""
    return release.ask(
        """
        select question, answered_by, stream, min_rows, row_count, has_enough
        from marts.model_guide order by question_no"""
    )
