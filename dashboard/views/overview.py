"""Overview: how the company does, what to look at first, and how far the figures can be trusted (S008)."""

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.page import Page, by_columns, number, percent, ready
from dashboard.queries import metrics as catalogue
from dashboard.queries import overview as ask
from dashboard.queries.report import asked
from dashboard.text import plain

SHARES = {"return_share", "known_share"}
MONEY = {"net", "order_value"}
GOOD_WHEN_LESS = {"return_share"}
GREEN, AMBER = 95, 85  # mean score of the sources; below amber it is red
REFUSED = 0.01  # share of records that did not enter, above which the light is not green


def render(page: Page) -> None:
    figures(page)
    coverage(page)
    text = page.text
    page.picture(
        "months",
        asked(page.release, "months", page.span),
        lambda f: charts.with_year_before(
            f, "month_on", "net", "before", (text("this_span"), text("year_before")), page.settings.base_currency
        ),
        "orders, order_lines",
    )
    insights(page)
    metrics(page)
    by_columns(lambda: lifecycle(page), lambda: trend(page))
    light(page)


def figures(page: Page) -> None:
    """Key figures against the same days a year before."""
    frame = asked(page.release, "figures", page.span)
    if frame.empty or frame.net.isna().all():
        page.nothing("orders, order_lines")
        return
    now, before = frame.iloc[0], frame.iloc[1]
    labels = page.text.report("figures")
    columns = st.columns(4) + st.columns(4)
    for place, (name, label) in zip(columns, labels.items(), strict=False):
        value, past = now[name], before[name]
        shown = percent(value) if name in SHARES else page.money(value) if name in MONEY else number(value)
        place.metric(
            label,
            shown,
            change(name, value, past),
            border=True,
            delta_color="inverse" if name in GOOD_WHEN_LESS else "normal",
        )
    if pd.isna(before.net):
        st.caption(page.text("no_year_before", since=page.span.since_before))


def change(name: str, value: float, past: float) -> str | None:
    """Against the year before: percentage points of shares, percent of the rest; None where there was nothing."""
    if pd.isna(past) or pd.isna(value) or not past:
        return None
    return f"{100 * (value - past):+.1f} pp" if name in SHARES else f"{100 * (value - past) / abs(past):+.1f} %"


def coverage(page: Page) -> None:
    """How many orders the customer figures rest on (S030)."""
    frame = ask.coverage(page.release)
    if frame.empty:
        return
    row = frame.iloc[0]
    st.caption(
        page.text(
            "coverage",
            share=percent(row.coverage),
            orders=number(row.unlinked_order_count),
            money=page.money(row.unlinked_sales_base),
        ),
    )


def insights(page: Page) -> None:
    """Opportunities and problems by money."""
    page.head("insights")
    frame = asked(page.release, "insights", page.span)
    if frame.empty:
        st.info(page.text.report("no_insights"), icon=":material/inbox:")
        return
    for row in frame.itertuples():
        icon = ":material/trending_up:" if row.kind == "opportunity" else ":material/warning:"
        title, evidence = getattr(row, f"title_{page.text.lang}"), getattr(row, f"evidence_{page.text.lang}")
        label = (
            f"{row.insight_rank}. **{page.text.of(row.kind)}** · {plain(title)} · {plain(page.money(row.size_base))}"
        )
        with st.expander(label, icon=icon, expanded=row.insight_rank == 1):
            st.markdown(plain(evidence))
            st.caption(plain(row.mart))
    st.caption(page.text.report("note"))
    page.download("insights", frame.drop(columns="release_id"))


def metrics(page: Page) -> None:
    """Any metric of the catalogue by month, with its formula."""
    if not page.release.has("marts.metrics_monthly"):
        return
    known = catalogue.catalogue(page.release)
    page.head("metrics")
    if known.empty:
        page.nothing("orders")
        return
    names = dict(zip(known.metric, known[f"metric_{page.text.lang}"], strict=True))
    first = list(names).index("net_sales") if "net_sales" in names else 0
    metric = st.selectbox(page.text("metric"), list(names), index=first, key="metric", format_func=names.get)
    row = known[known.metric == metric].iloc[0]
    st.caption(plain(f"{page.text.of(row.formula)} · {page.text.of(row.basis)}"))
    frame = catalogue.months(page.release, metric, page.span)
    frame = frame.assign(channel_group=frame.channel_group.map(page.text.of))
    form = charts.SHARE if row.unit == "share" else ",.1f" if row.unit == "points" else "~s"
    chart = ready(lambda: charts.months(frame, "month_on", "value", "channel_group", names[metric], form))
    st.altair_chart(chart, width="stretch", alt=names[metric], key="chart_metrics")
    page.download("metrics", frame)
    lang = page.text.lang
    shown = known.assign(formula=known.formula.map(page.text.of), basis=known.basis.map(page.text.of))
    with st.expander(page.text("parts.catalogue.title"), icon=":material/menu_book:"):
        columns = ["metric", f"metric_{lang}", "formula", "basis", "unit", "better", "is_additive"]
        page.table("catalogue", shown[columns], "marts.metrics_catalogue", head=False)


def lifecycle(page: Page) -> None:
    frame = asked(page.release, "lifecycle", page.span)
    frame = frame.assign(stage=frame.stage.map(page.text.of)).sort_values(["stage_no", "month_on"])
    page.picture(
        "lifecycle",
        frame,
        lambda f: charts.stacked(f, "month_on", "customers", "stage", page.text("customers")),
        "orders",
    )


def trend(page: Page) -> None:
    frame = ask.trend(page.release, page.span)
    name = page.text("recent_share")
    drawn = page.picture(
        "trend",
        frame,
        lambda f: charts.months(f.assign(kind=name), "month_end_on", "recent_share", "kind", name, charts.SHARE),
        "orders",
    )
    if drawn:
        last = frame.iloc[-1]
        st.caption(page.text("trend_now", trend=page.text.of(last.trend), count=number(last.recent_count)))


def light(page: Page) -> None:
    """Green, amber or red for the sources, in words."""
    page.head("light")
    frame = ask.light(page.release)
    if frame.empty:
        page.nothing("")
        return
    row = frame.iloc[0]
    refused = row.refused / row.records_in if row.records_in else 0
    facts = page.text(
        "light.facts",
        score=number(row.score, 1),
        worst=plain(row.worst),
        lowest=number(row.lowest, 1),
        refused=number(row.refused),
        records=number(row.records_in),
    )
    if row.score >= GREEN and refused <= REFUSED:
        st.success(f"{page.text('light.green')} {facts}", icon=":material/check_circle:")
    elif row.score >= AMBER:
        st.warning(f"{page.text('light.amber')} {facts}", icon=":material/warning:")
    else:
        st.error(f"{page.text('light.red')} {facts}", icon=":material/error:")
