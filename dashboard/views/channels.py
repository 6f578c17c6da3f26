"""Channels: spend and what it brings, attribution by six rules, where money should go, campaigns."""

import altair as alt
import pandas as pd

from dashboard import charts
from dashboard.page import Page, by_columns
from dashboard.queries import channels as ask

WEB = "events, identifies, ad_spend"


def render(page: Page) -> None:
    frame = ask.performance(page.release, page.span)
    named = frame.assign(channel_group=frame.channel_group.map(page.text.of))
    by_columns(lambda: money(page, named), lambda: attribution(page))
    page.table("performance", frame, "marts.channel_performance", WEB)
    page.table("reallocation", ask.reallocation(page.release), "marts.channel_reallocation", WEB)
    page.table("campaigns", ask.campaigns(page.release), "marts.campaign_method_effect", "campaigns, campaign_contacts")


def money(page: Page, frame: pd.DataFrame) -> None:
    paid = frame[frame.cost_base > 0]
    long = paid.melt("channel_group", ["cost_base", "revenue_base"], "kind", "amount")
    long = long.assign(kind=long.kind.map({"cost_base": page.text("spend"), "revenue_base": page.text("revenue")}))
    title = page.settings.base_currency
    page.picture("spend", long, lambda f: charts.pairs(f, "amount", "channel_group", "kind", title, "~s"), WEB)


def attribution(page: Page) -> None:
    frame = ask.attribution(page.release, page.span)
    for column in ("channel_group", "attribution_rule"):
        frame[column] = frame[column].map(page.text.of)

    def draw(f: pd.DataFrame) -> alt.Chart:
        titles = (page.text("rule"), "", page.settings.base_currency)
        return charts.heat(f, "attribution_rule", "channel_group", "revenue_base", titles, ".3s")

    page.picture("attribution", frame, draw, WEB)
