"""Products: what sells, what grows, what is bought together and after what."""

import streamlit as st

from dashboard import charts
from dashboard.page import Page, by_columns
from dashboard.queries import products as ask
from dashboard.queries.segments import bcg
from dashboard.views.segments import matrix

LINES = "order_lines, products"


def render(page: Page) -> None:
    by_columns(lambda: categories(page), lambda: matrix(page, "bcg_products", bcg(page.release, "product")))
    page.table("top", ask.top(page.release, page.span), "marts.product_sales", LINES)
    tabs = st.tabs([page.text(f"parts.{key}.title") for key in ("rules", "sequences", "cycles")])
    with tabs[0]:
        page.table("rules", ask.rules(page.release), "marts.basket_rules", LINES)
    with tabs[1]:
        page.table("sequences", ask.sequences(page.release), "marts.purchase_sequences", LINES)
    with tabs[2]:
        page.table("cycles", ask.cycles(page.release), "marts.category_cycles", LINES)


def categories(page: Page) -> None:
    frame = ask.categories(page.release, page.span)
    title = page.settings.base_currency
    if set(frame.category_name) == {ask.NO_CATEGORY}:
        page.head("categories")
        st.info(page.text("nothing.column", column="category_path", stream="products"), icon=":material/inbox:")
        return
    page.picture("categories", frame, lambda f: charts.bars(f, "net_base", "category_name", title, ""), LINES)
