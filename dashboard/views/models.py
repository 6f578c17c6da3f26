"""Forecast and models: what they say, how far they were right, and where they abstain."""

import streamlit as st

from dashboard import charts
from dashboard.page import Page, by_columns
from dashboard.queries import models as ask
from dashboard.views.sales import said_and_won, worth


def render(page: Page) -> None:
    by_columns(lambda: churn(page), lambda: lifetime(page))
    if page.release.has("scores.churn"):
        page.table("churn_list", ask.churn_list(page.release, page.segment), "scores.churn", "orders")
    by_columns(lambda: worth(page), lambda: said_and_won(page))
    page.table("score_tables", ask.score_tables(page.release))
    cards(page)


def churn(page: Page) -> None:
    if not page.release.has("scores.churn"):
        page.head("churn")
        st.info(page.text("no_scores"), icon=":material/inbox:")
        return
    titles = (page.text("probability"), page.text("customers"))
    page.picture(
        "churn",
        ask.churn(page.release),
        lambda f: charts.histogram(f, "probability", "customer_count", titles),
        "orders",
    )


def lifetime(page: Page) -> None:
    if not page.release.has("scores.lifetime_value"):
        page.head("lifetime_value")
        st.info(page.text("no_scores"), icon=":material/inbox:")
        return
    frame = ask.lifetime(page.release)
    frame = frame.assign(segment_name=frame.rfm_segment.map(page.text.of))
    title = page.settings.base_currency
    page.picture(
        "lifetime_value", frame, lambda f: charts.bars(f, "clv_revenue_12m", "segment_name", title, ""), "orders"
    )


def cards(page: Page) -> None:
    """Cards of models as the run wrote them."""
    page.head("cards")
    folder = page.settings.reports / "models"
    found = sorted(folder.glob("*.html")) if folder.is_dir() else []
    if not found:
        st.info(page.text("no_cards"), icon=":material/inbox:")
    for path in found:
        with st.expander(path.stem, icon=":material/description:"):
            st.iframe(path.read_text(encoding="utf-8"), height=600)
