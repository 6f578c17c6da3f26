"""Segments: RFM, ABC, pyramid, three axes, BCG, the company's own; each opens its list of members (S183)."""

import altair as alt
import pandas as pd
import streamlit as st

from dashboard import charts, shares
from dashboard.page import Page, by_columns, ready
from dashboard.queries import segments as ask
from dashboard.views.overview import coverage

LEVELS = ("high", "medium", "low")
QUADRANTS = ("star", "cash_cow", "question_mark", "dog")  # each with its colour and shape, in any language


def render(page: Page) -> None:
    coverage(page)
    from dashboard.views import groups  # it shows members as this page does

    parts = {"rfm": rfm, "value": value, "axes": axes, "bcg": bcg, "own": own, "customer_groups": groups.render}
    tabs = st.tabs([page.text(f"parts.{key}.title") for key in parts])
    for tab, part in zip(tabs, parts.values(), strict=True):
        with tab:
            part(page)


def rfm(page: Page) -> None:
    """Segments, the grid of scores, last month's movement, members."""
    frame = ask.rfm(page.release)
    text = page.text
    long = frame.assign(segment_name=frame.rfm_segment.map(text.of)).melt(
        "segment_name", ["share_of_customers", "share_of_money"], "kind", "share"
    )
    long = long.assign(kind=long.kind.map({"share_of_customers": text("customers"), "share_of_money": text("money")}))
    picked = page.picture(
        "rfm", long, lambda f: charts.pairs(f, "share", "segment_name", "kind", text("share")), "customers, orders"
    )
    if not picked:
        return
    by_columns(lambda: grid(page), lambda: moves(page))
    row = page.table("rfm_segments", frame, "marts.customer_rfm", pick=True)
    chosen = frame.rfm_segment[row] if row is not None else page.segment
    if chosen:
        members(page, text.of(chosen), ask.members(page.release, "rfm", chosen))


def grid(page: Page) -> None:
    titles = (page.text("frequency_score"), page.text("recency_score"), page.text("customers"))
    frame = ask.grid(page.release, page.segment)
    page.picture("grid", frame, lambda f: charts.heat(f, "f_score", "r_score", "customer_count", titles))


def moves(page: Page) -> None:
    """Who stays stands on the diagonal: both axes have the segments in one order, the most money first."""
    frame = ask.moves(page.release)
    ends = ["from_segment", "to_segment"]
    order = list(dict.fromkeys([*ask.rfm(page.release).rfm_segment, *frame[ends].to_numpy().ravel()]))
    names = [page.text.of(name) for name in order if name in frame[ends].to_numpy()]
    frame = frame.assign(**{end: frame[end].map(page.text.of) for end in ends})
    titles = (page.text("to"), page.text("from"), page.text("customers"))
    page.picture(
        "moves",
        frame,
        lambda f: charts.heat(f, "to_segment", "from_segment", "customer_count", titles, order=names),
        "orders",
    )


def value(page: Page) -> None:
    """ABC with the Pareto curve, and the pyramid."""
    by_columns(lambda: pareto(page), lambda: pyramid(page))
    frame = ask.abc(page.release)
    row = page.table("abc", frame, "marts.abc_classes", "orders", pick=True)
    if row is not None:
        members(page, frame.abc_class[row], ask.members(page.release, "abc", frame.abc_class[row]))
    frame = ask.pyramid(page.release)
    row = page.table("tiers", frame, "marts.profit_pyramid", "orders", pick=True)
    if row is not None:
        members(page, page.text.of(frame.tier[row]), ask.members(page.release, "tier", frame.tier[row]))


def pareto(page: Page) -> None:
    frame = ask.pareto(page.release)
    frame = frame.assign(basis=frame.basis.map(page.text.of))
    titles = (page.text("share_of_customers"), page.text("share_of_money"))
    page.picture(
        "pareto", frame, lambda f: shares.curve(f, "share_of_customers", "share_of_money", "basis", titles), "orders"
    )


def pyramid(page: Page) -> None:
    frame = ask.pyramid(page.release)
    frame = frame.assign(tier=frame.tier.map(page.text.of))
    long = frame.melt("tier", ["share_of_sales", "share_of_contribution"], "kind", "share")
    long = long.assign(kind=long.kind.map(lambda name: page.text.column("marts.profit_pyramid", name)))
    page.picture("pyramid", long, lambda f: charts.pairs(f, "share", "tier", "kind", page.text("share")), "orders")


def axes(page: Page) -> None:
    """Value and potential, the loyal apart, with the strategy of each cell."""
    frame = ask.axes(page.release)
    if frame.empty:
        page.head("axes")
        page.nothing("orders")
        return
    grid = pd.MultiIndex.from_product([LEVELS, LEVELS[::-1]], names=["value_level", "potential_level"])  # up and right
    counted = frame.groupby(["value_level", "potential_level"]).customer_count.sum()
    cells = counted.reindex(grid, fill_value=0).reset_index()
    levels = {level: page.text.of(level) for level in LEVELS}
    cells = cells.replace({"value_level": levels, "potential_level": levels})
    titles = (
        page.text.column("marts.customer_scores", "potential_level"),
        page.text.column("marts.customer_scores", "value_level"),
        page.text("customers"),
    )
    page.picture("axes", cells, lambda f: charts.heat(f, "potential_level", "value_level", "customer_count", titles))
    other = "strategy_en" if page.text.lang == "zh" else "strategy_zh"
    row = page.table("cells", frame.drop(columns=other), "marts.customer_scores", pick=True)
    if row is not None:
        members(page, frame.axis_cell[row], ask.members(page.release, "axis", frame.axis_cell[row]))


def bcg(page: Page) -> None:
    matrix(page, "bcg", ask.bcg(page.release, "customer_group"))


def matrix(page: Page, key: str, frame: pd.DataFrame) -> None:
    """Growth over share, as bubbles of net sales."""
    if frame.empty:
        page.head(key)
        st.info(page.text("no_growth"), icon=":material/inbox:")
        return
    frame = frame.assign(name=frame.name.map(page.text.of), quadrant=frame.quadrant.map(page.text.of))
    titles = (page.text("share_of_sales"), page.text("growth"), page.settings.base_currency)
    kinds = [page.text.of(name) for name in QUADRANTS]
    tips = [
        alt.Tooltip("name:N", title=page.text("name")),
        alt.Tooltip("quadrant:N", title=page.text("quadrant")),
        alt.Tooltip("growth_rate:Q", format=".1%", title=titles[1]),
        alt.Tooltip("sales_share:Q", format=".2%", title=titles[0]),
        alt.Tooltip("net_base:Q", format=",.0f", title=titles[2]),
    ]
    page.picture(
        key,
        frame,
        lambda f: charts.scatter(f, "sales_share", "growth_rate", "net_base", "quadrant", titles, tips, kinds),
        "orders, order_lines",
    )


def own(page: Page) -> None:
    """Segmentations as code: choose one, see its segments, open one."""
    frame = ask.own(page.release)
    page.head("own")
    if frame.empty:
        page.nothing("customers")
        return
    name = st.selectbox(
        page.text("segmentation"), frame.segmentation.unique(), key="segmentation", format_func=page.text.of
    )
    part = frame[frame.segmentation == name].reset_index(drop=True)
    part = part.assign(segment_name=part[f"segment_{page.text.lang}"].fillna(part.segment))
    st.altair_chart(
        ready(lambda: charts.bars(part.head(20), "customer_count", "segment_name", page.text("customers"), "")),
        width="stretch",
        alt=page.text("parts.own.title"),
    )
    shown = part[
        [
            "segment_name",
            "customer_count",
            "customer_share",
            "net_share",
            "net_base",
            "buyer_rate",
            "mean_r_days",
            "nps",
        ]
    ]
    row = page.table("profiles", shown, "marts.segment_profiles", pick=True, head=False)
    if row is not None:
        members(page, part.segment_name[row], ask.segment_members(page.release, name, part.segment[row]))


def members(page: Page, name: str, frame: pd.DataFrame) -> None:
    """The list of a group, to look at and to take along."""
    st.markdown(f"#### {page.text('members', name=name, count=f'{len(frame):,}')}")
    page.table("members", frame, "marts.dim_customers", "customers", head=False)
