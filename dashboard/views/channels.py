"""Channels: spend and what it brings, attribution by six rules, where money should go, campaigns."""

import altair as alt
import pandas as pd

from dashboard import charts, deviations
from dashboard.page import Page, by_columns
from dashboard.queries import channels as ask
from dashboard.views.models import scored
from dashboard.views.overview import coverage

WEB, SENT = "events, identifies, ad_spend", "campaigns, campaign_contacts"
LATEST = 20  # campaigns of the picture; the table has all


def render(page: Page) -> None:
    coverage(page)
    frame = ask.performance(page.release, page.span)
    named = frame.assign(channel_group=frame.channel_group.map(page.text.of))
    by_columns(lambda: money(page, named), lambda: attribution(page))
    page.table("performance", frame, "marts.channel_performance", WEB)
    page.table("reallocation", ask.reallocation(page.release), "marts.channel_reallocation", WEB)
    page.table("campaigns", ask.campaigns(page.release), "marts.campaign_method_effect", SENT)
    effects(page)


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


def effects(page: Page) -> None:
    """What contacts caused, with the line of no effect; where nothing can be said, the table has the reason."""
    key, lang, text = "campaign_uplift", page.text.lang, page.text
    found = scored(page, key, lambda release: ask.effects(release, lang), needs=SENT)
    if not found:
        return
    frame = found[0]
    frame = frame.assign(name=frame.scope_id.where(frame.scope == "campaign", frame.scope_id.map(text.of)))
    frame.loc[frame.scope == "all", "name"] = text("all_campaigns")
    known = frame[frame.effect.notna()]
    campaigns = known[known.scope == "campaign"]
    drawn = pd.concat([known[known.scope != "campaign"], campaigns.tail(LATEST)])
    drawn = drawn.assign(is_shown=(drawn.effect_low > 0) | (drawn.effect_high < 0))
    columns = ("effect", "effect_low", "effect_high")
    if drawn.empty:
        page.head(key)
    else:
        page.picture(key, drawn, lambda f: deviations.effects(f, "name", columns, "is_shown", text("because_of_it")))
    shown = ["scope", "name", "said", "effect", "effect_low", "effect_high", "contacted_count", "control_count"]
    more = ["contacted_responses", "control_responses", "extra_responses", "cost_base", "cost_per_extra_base"]
    page.table("uplift_rows", frame[[*shown, *more, "first_sent_on", "status"]], "scores.campaign_uplift", head=False)
