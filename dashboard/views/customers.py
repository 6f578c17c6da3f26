"""Customers: find one, and see everything that is known of one."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.page import Page, number
from dashboard.privacy import MASK, may_see
from dashboard.queries import customers as ask
from dashboard.queries import models
from dashboard.text import plain
from dashboard.views.overview import coverage


def render(page: Page) -> None:
    sees = may_see(page.settings.dashboard_role)
    words = st.text_input(
        page.text("search.label"),
        key="search",
        placeholder=page.text("search.hint"),
        help=page.text("search.help" if sees else "search.help_masked"),
    )
    if len(words) > ask.LONGEST:
        st.caption(page.text("search.cut", length=ask.LONGEST))
    found = ask.search(page.release, words, page.segment, sees)
    page.head("found" if words else "best")
    if found.empty and words:
        st.info(page.text("search.nothing"), icon=":material/search_off:")
        return
    unknown = [name for name in ("full_name", "email", "city") if found[name].isna().all()]
    picked = page.table(
        "found", found.drop(columns=unknown), "marts.dim_customers", "customers, orders", pick=True, head=False
    )
    coverage(page)
    chosen = found.customer_id[picked] if picked is not None else st.query_params.get("customer")
    if chosen is None and words and len(found) == 1:
        chosen = found.customer_id[0]
    if chosen:
        card(page, str(chosen))


def card(page: Page, customer_id: str) -> None:
    """One customer: golden record, value, what to do, evidence, timeline."""
    rows = ask.card(page.release, customer_id)
    if rows.empty:
        st.info(page.text("search.nothing"), icon=":material/search_off:")
        return
    st.query_params["customer"] = customer_id
    row = rows.iloc[0]
    name = "" if pd.isna(row.full_name) else row.full_name if may_see(page.settings.dashboard_role) else MASK
    st.divider()
    st.header(plain(name or customer_id), anchor="card")
    st.caption(plain(customer_id))
    measures(page, customer_id)
    actions(page, customer_id)
    scores(page, customer_id)
    tabs = st.tabs([page.text(f"parts.{key}.title") for key in ("golden", "identities", "timeline", "consents")])
    with tabs[0]:
        golden = ask.golden(page.release, customer_id)
        golden = golden.assign(field=golden.field.map(lambda name: page.text.column("marts.dim_customers", name)))
        page.table("golden", golden, "marts.customer_golden_cells")
    with tabs[1]:
        records = ask.records(page.release, customer_id)
        page.table("identities", records, "marts.bridge_customer_identities")
        page.table("evidence", ask.evidence(page.release, customer_id), "marts.identity_explanations")
    with tabs[2]:
        timeline(page, customer_id)
    with tabs[3]:
        page.table("consents", ask.consents(page.release, customer_id), "marts.customer_consents", "customers")


def measures(page: Page, customer_id: str) -> None:
    """RFM, value and stage, as figures with their names."""
    row = ask.values(page.release, customer_id).iloc[0]
    text = page.text
    shown: list[tuple[str, Any]] = [
        (text.column("marts.customer_rfm", "rfm_segment"), text.of(row.rfm_segment)),
        (text.column("marts.customer_rfm", "r_days"), number(row.r_days)),
        (text.column("marts.customer_rfm", "f_count"), number(row.f_count)),
        (text.column("marts.customer_rfm", "m_total"), page.money(row.m_total)),
        (text.column("marts.customer_lifetime_value", "clv_margin_base"), page.money(row.clv_margin_base)),
        (text.column("marts.customer_lifecycle", "stage_by_transaction"), text.of(row.stage_by_transaction)),
        (text.column("marts.customer_tiers", "tier"), text.of(row.tier)),
        (text.column("marts.abc_classes", "abc_class"), text.of(row.abc_class)),
    ]
    for place, (label, value) in zip(st.columns(4) + st.columns(4), shown, strict=True):
        place.metric(label, value, border=True)


def actions(page: Page, customer_id: str) -> None:
    """Next best action with its reason."""
    page.head("actions")
    lang = page.text.lang
    frame = ask.actions(page.release, customer_id)
    strategy = ask.values(page.release, customer_id).iloc[0][f"strategy_{lang}"]
    lines = []
    for _, row in frame.iterrows():
        because = page.text("because", reason=plain(page.text.of(row[f"because_{lang}"])))
        reach = f" · {page.text('unreachable')}" if row.is_reachable is False else ""
        lines.append(f"**{plain(row[f'action_{lang}'])}** · {because}{reach}")
    lines += [
        f"**{page.text('offer', product=plain(row.product_name))}** · {page.text('because', reason=plain(row.reason))}"
        for _, row in best_offers(page, customer_id).iterrows()
    ]
    if isinstance(strategy, str):
        lines.append(f"{page.text('strategy')}: {plain(strategy)}")
    if not lines:
        st.info(page.text("no_action"), icon=":material/inbox:")
    for line in lines:
        st.markdown(f"- {line}")


def best_offers(page: Page, customer_id: str) -> pd.DataFrame:
    """The first offer of each kind that a graded model stands for, with product_name and reason."""
    if not page.release.has("scores.product_offers"):
        return pd.DataFrame(columns=["product_name", "reason"])
    frame = models.offers(page.release, customer_id, page.text.lang)
    first = frame[(frame["rank"] == 1) & frame.grade.isin(["A", "B"])]
    return first.rename(columns={f"reason_{page.text.lang}": "reason"})


def scores(page: Page, customer_id: str) -> None:
    """What models say of this customer; nothing where no model has spoken."""
    for table in ("scores.churn", "scores.lifetime_value"):
        if page.release.has(table):
            frame = models.of_customer(page.release, table, customer_id)
            if not frame.empty:
                other = "_en" if page.text.lang == "zh" else "_zh"
                shown = [name for name in frame.columns if name != "customer_id" and not name.endswith(other)]
                page.table(table.split(".")[1], frame[shown], table)
    for table, asked in (("next_purchase", models.next_purchase), ("product_offers", models.offers)):
        if page.release.has(f"scores.{table}"):
            frame = asked(page.release, customer_id, page.text.lang)
            if not frame.empty:
                page.table(table, frame, f"scores.{table}")


def timeline(page: Page, customer_id: str) -> None:
    """Interactions by month and kind, then one by one."""
    rhythm = ask.rhythm(page.release, customer_id)
    rhythm = rhythm.assign(family=rhythm.family.map(page.text.of), month_on=pd.to_datetime(rhythm.month_on))
    title = page.text("interactions")
    page.picture(
        "timeline", rhythm, lambda f: charts.columns(f, "month_on", "interactions", "family", title), "orders, events"
    )
    page.table("events", ask.timeline(page.release, customer_id), "core.customer_interactions")
