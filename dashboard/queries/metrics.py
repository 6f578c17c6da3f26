"""Metrics as the catalogue defines them; nothing is defined again here."""

import pandas as pd

from dashboard.release import Release
from orchestration.report.facts import Span


def catalogue(release: Release) -> pd.DataFrame:
    """Metrics that have a value in this release, with their names and formula."""
    return release.ask(
        """
        select metric, metric_en, metric_zh, formula, basis, unit, better, is_additive from marts.metrics_catalogue
        where metric in (select metric from marts.metrics_monthly where value is not null) order by metric"""
    )


def months(release: Release, metric: str, span: Span) -> pd.DataFrame:
    """A metric per month of the span, for all channels and for each that it is known for."""
    return release.ask(
        """
        select month_on, channel_group, value from marts.metrics_monthly
        where metric = $metric and value is not null and month_on between date_trunc('month', $since::date) and $until
        order by channel_group <> 'all', channel_group, month_on""",
        metric=metric,
        since=span.since,
        until=span.until,
    )
