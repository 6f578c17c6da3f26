"""Quality: what came in and what did not, how good the sources are, coverage, releases."""

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.page import Page
from dashboard.queries import overview, quality
from dashboard.views.overview import light
from orchestration.release.model import list_releases


def render(page: Page) -> None:
    light(page)
    page.table("streams", quality.streams(page.release), "ops.deliveries", "orders")
    refused(page, "quarantine", quality.quarantine(page.release), "ops.quarantine", "nothing_refused", "quarantine_how")
    refused(page, "rejected", quality.rejected(page.release), "ops.deliveries", "nothing_rejected")
    page.table("scorecard", quality.scorecard(page.release), "ops.quality_scorecard")
    known(page)
    page.table("bounds", bounds(page), "marts.customer_kpi_coverage", "orders")
    page.table("guide", quality.guide(page.release), "marts.model_guide")
    releases(page)


def refused(page: Page, part: str, frame: pd.DataFrame, source: str, nothing: str, how: str = "") -> None:
    """What did not come in, and good news where everything did."""
    page.head(part)
    if frame.empty:
        st.success(page.text(nothing), icon=":material/check_circle:")
        return
    page.table(part, frame, source, head=False)
    if how:
        st.caption(page.text(how))


def known(page: Page) -> None:
    frame = quality.known_orders(page.release)
    frame = frame.assign(channel=frame.channel.map(page.text.of), month_on=pd.to_datetime(frame.month_on))
    title = page.text("known_share")
    page.picture(
        "known", frame, lambda f: charts.months(f, "month_on", "known_share", "channel", title, charts.SHARE), "orders"
    )


def bounds(page: Page) -> pd.DataFrame:
    frame = overview.bounds(page.release)
    return frame.assign(metric=frame.metric.map(page.text.of))


def releases(page: Page) -> None:
    """Releases that are kept, the newest first."""
    rows = [
        {
            "release_id": info.release_id,
            "as_of": info.as_of,
            "built_at": info.built_at,
            "tables": len(info.tables),
            "rows": sum(table.rows for table in info.tables.values()),
            "megabytes": round(info.bytes / 1e6, 1),
            "is_serving": info.release_id == page.release.release_id,
        }
        for info in reversed(list_releases(page.settings))
    ]
    page.table("releases", pd.DataFrame(rows))
