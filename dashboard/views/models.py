"""Forecast and models: what they say, how far they were right, and where they abstain."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboard import charts, shares
from dashboard.page import Page, by_columns
from dashboard.queries import models as ask
from dashboard.release import Release
from dashboard.text import plain
from dashboard.views.overview import coverage
from dashboard.views.sales import said_and_won, worth


def render(page: Page) -> None:
    coverage(page)
    by_columns(lambda: churn(page), lambda: lifetime(page))
    listed(page)
    by_columns(lambda: worth(page), lambda: said_and_won(page))
    sales_forecast(page)
    if frame := scored(page, "win_probability", lambda release: ask.win(release, page.text.lang)):
        page.table("win_probability", frame[0], "scores.win_probability")
    if frame := scored(page, "funnel_forecast", ask.funnel):
        page.table("funnel_forecast", frame[0], "scores.funnel_forecast")
    calibration(page)
    page.table("score_tables", ask.score_tables(page.release))
    cards(page)


def churn(page: Page) -> None:
    titles = (page.text("probability"), page.text("customers"))
    if frame := scored(page, "churn", ask.churn):
        page.picture(
            "churn", frame[0], lambda f: shares.histogram(f, "probability", "customer_count", titles), "orders"
        )


def listed(page: Page) -> None:
    """Who is most likely to leave; nothing where the model is silent, which stands above."""
    if not page.release.has("scores.churn") or ask.churn(page.release).empty:
        return
    frame = ask.churn_list(page.release, page.segment, page.text.lang)
    if frame.empty:
        page.head("churn_list")
        st.info(page.text("no_list"), icon=":material/inbox:")
        return
    page.table("churn_list", frame, "scores.churn")


def lifetime(page: Page) -> None:
    if frame := scored(page, "lifetime_value", ask.lifetime):
        named = frame[0].assign(segment_name=frame[0].rfm_segment.map(page.text.of))
        title = page.settings.base_currency
        page.picture(
            "lifetime_value", named, lambda f: charts.bars(f, "clv_revenue_12m", "segment_name", title, ""), "orders"
        )


def sales_forecast(page: Page) -> None:
    if frame := scored(page, "sales_forecast", ask.sales_forecast):
        dated = frame[0].assign(month_on=pd.to_datetime(frame[0].month_on))
        title = page.settings.base_currency
        page.picture(
            "sales_forecast", dated, lambda f: charts.band(f, "month_on", "amount", "low", "high", title), "orders"
        )


def scored(
    page: Page, model: str, asked: Callable[[Release], pd.DataFrame], table: str = "", needs: str = ""
) -> list[pd.DataFrame]:
    """The rows of a model in a list; none, with the reason on the page, where it did not run or abstained.

    `table` is what is asked, if not the model's own; `needs` the streams without which there is not even a card.
    """
    if not page.release.has(table or f"scores.{model}"):
        page.head(model)
        st.info(page.text("no_scores"), icon=":material/inbox:")
        return []
    frame = asked(page.release)
    if not frame.empty:
        return [frame]
    page.head(model)
    reason = reasons(page).get(model)
    if reason or not needs:
        told = page.text("abstained", reason=plain(reason)) if reason else page.text("no_scores")
        st.info(told, icon=":material/block:")
    else:
        page.nothing(needs)
    return []


def reasons(page: Page) -> dict[str, str]:
    """Model -> why it is silent, in words, of those that are."""
    if not page.release.has("scores.model_cards"):
        return {}
    cards = ask.cards(page.release)
    silent = cards[cards.status == "abstained"].dropna(subset=[f"reason_{page.text.lang}"])
    return dict(zip(silent.model, silent[f"reason_{page.text.lang}"], strict=True))


def calibration(page: Page) -> None:
    """Of those told a probability of x, about x should have come; the models that were judged so."""
    if not page.release.has("scores.model_cards"):
        return
    frame = ask.calibration(page.release)
    if frame.empty:
        page.head("calibration")
        st.info(page.text("no_scores"), icon=":material/inbox:")
        return
    frame = frame.assign(name=frame.model.map(page.text.of))
    titles = (page.text("predicted"), page.text("observed"))
    page.picture("calibration", frame, lambda f: shares.calibration(f, "name", titles))


def cards(page: Page) -> None:
    """Grades of the models, and their cards as the run wrote them."""
    if page.release.has("scores.model_cards"):
        other = "reason_en" if page.text.lang == "zh" else "reason_zh"
        page.table("grades", ask.cards(page.release).drop(columns=other), "scores.model_cards")
    page.head("cards")
    folder = page.settings.reports / "models"
    found = sorted(folder.glob("*.html")) if folder.is_dir() else []
    if not found:
        st.info(page.text("no_cards"), icon=":material/inbox:")
        return
    cards = {path.stem: path for path in found}
    chosen = st.selectbox(page.text("card"), list(cards), index=None, key="card", format_func=page.text.of)
    if chosen:
        st.iframe(cards[chosen].read_text(encoding="utf-8"), height=900)
