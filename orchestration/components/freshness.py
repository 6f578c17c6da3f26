"""When an asset is too old, and when it is due by itself, by layer and under names."""

from datetime import timedelta

import dagster as dg

Condition = dg.AutomationCondition

# Used by the automation sensor (off until somebody switches it on; the daily schedule is the default).
any_upstream_news = ~Condition.in_progress() & ~Condition.any_deps_in_progress() & Condition.any_deps_updated()
rebuilt_after_news = (any_upstream_news | Condition.code_version_changed() | Condition.missing()).with_label(
    "rebuilt_after_news"
)
released_after_rebuild = (any_upstream_news & ~Condition.any_deps_missing()).with_label("released_after_rebuild")


def fresh_within(hours: float) -> dg.FreshnessPolicy:
    """An asset of a layer is late after so many hours, and warned about at three quarters of them."""
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=hours), warn_window=timedelta(hours=hours * 0.75))
