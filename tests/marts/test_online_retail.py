"""The marts over UCI Online Retail give the published figures; no money is lost between lines, days and customers.

The dashboard shows them: of a shop that delivers customers, orders and returns, and nothing else.
"""

import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from benchmarks.marts_report import figures
from benchmarks.real_data import RETAIL
from dashboard.text import WORDS
from data_quality.scorecard import build_scorecard
from orchestration.release.publish import publish
from orchestration.settings import Settings, settings
from tests.dbt.project import Dbt, Raw
from tests.marts.dashboard.browser import browser, served, walk
from tests.marts.dashboard.look import at_home, opened, said

__all__ = ["at_home", "browser"]

AS_OF = date(2011, 12, 9)
LINEAGE = "_system, _delivery_id, _record_no, _version_at, _loaded_at, _zone"
STAMPS = "'uci', 'd1', n, sold_at, timestamp '2025-01-01', 'Europe/London'"
FIRST_STAMPS = "'uci', 'd1', min(n), min(sold_at), timestamp '2025-01-01', 'Europe/London'"
FILLS = {
    "order_lines": (
        "order_ref, product_ref, quantity, unit_price, currency, ordered_at",
        f"select InvoiceNo, StockCode, quantity, price, 'GBP', sold_at, {STAMPS} from lines where not is_return",
    ),
    "returns": (
        "return_ref, customer_ref, product_ref, quantity, amount, currency, returned_at",
        "select InvoiceNo, customer, StockCode, -quantity, -(quantity * price), 'GBP', sold_at,"
        f" {STAMPS} from lines where is_return",
    ),
    "orders": (
        "order_ref, customer_ref, currency, ordered_at",
        f"select InvoiceNo, max(customer), 'GBP', min(sold_at), {FIRST_STAMPS}"
        " from lines where not is_return group by InvoiceNo",
    ),
    "customers": (
        "customer_ref",
        f"select customer, {FIRST_STAMPS} from lines where customer is not null group by customer",
    ),
}


@pytest.fixture(scope="module")
def retail(reference_data: Path, dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Raw:
    """Raw filled without a feed, because only the models are under test; then every model built."""
    raw = Raw(tmp_path_factory.mktemp("retail") / "work.duckdb")
    with duckdb.connect(str(raw.path)) as con:
        con.execute(f"""
            create temp table lines as
            select
                InvoiceNo, StockCode, cast(Quantity as decimal(18, 4)) as quantity,
                cast(UnitPrice as decimal(18, 4)) as price, cast(InvoiceDate as timestamp) as sold_at,
                nullif(split_part(CustomerID, '.', 1), '') as customer,
                InvoiceNo like 'C%' as is_return, row_number() over () as n
            from read_csv('{reference_data}/uci_online_retail/by-day/*.csv', all_varchar = true, header = true)""")
        for stream, (columns, query) in FILLS.items():
            con.execute(f"insert into raw.{stream} ({columns}, {LINEAGE}) {query}")
    dbt.run(raw.path, "+path:models/marts", "+path:models/core", as_of=AS_OF.isoformat())
    return raw


def test_net_value_is_the_published_one_on_every_way_to_it(retail: Raw) -> None:
    published = Decimal("9747747.93")
    ways = retail.query("""
        select round((select sum(line_amount_base) from core.fct_order_lines)
            - (select sum(deducted_base) from core.fct_returns), 2)
        union all select round(sum(net_base), 2) from marts.daily_sales
        union all select round((select sum(net_base) from core.fct_orders)
            - (select sum(deducted_base) from core.fct_returns), 2)
        union all select round((select sum(net_base) from marts.dim_customers)
            + (select sum(sales_base) from core.fct_orders where customer_id is null)
            - coalesce((select sum(deducted_base) from core.fct_returns where customer_id is null), 0), 2)""")
    assert [way for (way,) in ways] == [published] * 4


def test_rfm_holds_the_clean_customers_with_their_orders_and_gross_value(retail: Raw) -> None:
    figures = retail.query("select count(*), sum(f_count), round(sum(m_gross), 2) from marts.customer_rfm")
    assert figures == [(4338, 18532, Decimal("8911407.90"))]


def test_every_customer_has_one_row_and_anonymous_lines_make_none(retail: Raw) -> None:
    assert retail.query("select count(*), count(distinct customer_id) from marts.dim_customers") == [(4372, 4372)]
    lines = retail.query("""
        select count(*) filter (where o.customer_id is null)
            + (select count(*) from core.fct_returns where customer_id is null)
        from core.fct_order_lines l join core.fct_orders o using (order_id)""")
    assert lines == [(135_080,)]


def test_the_anonymous_lines_are_carried_as_coverage(retail: Raw) -> None:
    """S030: 18,532 purchases of 4,338 people are known; the others widen every customer figure."""
    rows = retail.query("""
        select kpi, value, lower_bound, upper_bound, linked_order_count, unlinked_order_count,
            unlinked_line_count + unlinked_return_count
        from marts.customer_kpi_coverage where channel_group = 'all'""")
    figures = {kpi: rest for kpi, *rest in rows}
    assert {lines for *_, lines in figures.values()} == {135_080}
    value, low, high, linked, unlinked, _ = figures["customers"]
    assert (value, low, high, linked) == (4338, 4338, 4338 + unlinked, 18532)
    assert unlinked > 0
    value, low, high, *_ = figures["orders_per_customer"]
    assert low < round(Decimal(18532) / 4338, 6) == value < high


def test_all_lines_are_accounted_and_equal_lines_of_one_delivery_stay(retail: Raw) -> None:
    accounted = retail.query(
        "select sum(raw_rows), sum(kept_rows) from marts.row_accounting where stream in ('order_lines', 'returns')"
    )
    assert accounted == [(541_909, 541_909)]


def test_classes_curve_and_segments_are_those_of_the_set(retail: Raw) -> None:
    """With them, every pound: 9,747,747.93 in the classes of customers, and in those of products."""
    classes = retail.query("""
        select entity_kind, abc_class, count(*), round(sum(net_base), 2)
        from marts.abc_classes group by 1, 2 order by 1, 2""")
    assert classes == [
        ("customer", "A", 1178, Decimal("6651083.58")),
        ("customer", "B", 1456, Decimal("1246929.52")),
        ("customer", "C", 1737, Decimal("402052.71")),
        ("customer", "unlinked", 1, Decimal("1447682.12")),
        ("product", "A", 824, Decimal("8060020.60")),
        ("product", "B", 981, Decimal("1509562.23")),
        ("product", "C", 2265, Decimal("178165.10")),
    ]
    curve = retail.query("""
        select customer_percent, cumulative_count, cumulative_share from marts.pareto_curve
        where basis = 'net_sales' and customer_percent in (1, 20) order by 1""")
    assert curve == [(1, 43, Decimal("0.296759")), (20, 867, Decimal("0.735613"))]
    best = retail.query("""
        select count(*), round(sum(m_total), 2) from marts.customer_rfm where rfm_segment = 'important_value'""")
    assert best == [(710, Decimal("5530209.76"))]


def test_hughes_cells_of_the_set_are_equal_and_every_twentieth_name_is_drawn(retail: Raw) -> None:
    cells = "select count(*), min(customer_count), max(customer_count), sum(test_name_count) from marts.hughes_cells"
    assert retail.query(cells) == [(125, 34, 35, 216)]


# Lines of no product (postage, fees) are told apart by the feed, which this warehouse does without.
BY_FEED = ("Lines", "Baskets: rules by basis and system", "Baskets: strongest rules of ten baskets and more")


def test_the_page_of_public_figures_is_what_is_built_here(retail: Raw, repo: Path) -> None:
    page = (repo / "docs" / "marts" / "real-data.md").read_text(encoding="utf-8")
    alone = page[page.index("## UCI Online Retail I alone") :]
    with duckdb.connect(str(retail.path)) as con:
        for title in (title for title in RETAIL if title not in BY_FEED):
            assert "\n".join(figures(con, [title])) in alone, title


@pytest.fixture(scope="module")
def released(retail: Raw, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same as a release; no model has scored anybody in it."""
    of = replace(settings(), home=tmp_path_factory.mktemp("released"), base_currency="GBP")
    of.releases.mkdir()
    retail.query("checkpoint")
    shutil.copyfile(retail.path, of.work_db)
    build_scorecard(of, AS_OF, "retail", [])
    publish(of, AS_OF, "retail")
    of.work_db.unlink()
    return of


def test_every_page_opens_in_both_languages_and_says_what_is_missing(browser, released: Settings) -> None:
    streams = {"sales": "opportunities", "channels": "ad_spend", "voice": "surveys", "products": "category_path"}
    with served(released.home) as address:
        for lang in ("en", "zh"):
            said = walk(browser, address, lang)
            assert all(stream in said[key] for key, stream in streams.items()), said
            assert WORDS[lang]["no_scores"] in said["models"]
            assert not said["customers"], "orders alone fill it"
            assert WORDS[lang]["no_growth"] in said["segments"], "one year has nothing to grow from"


def test_nobody_can_have_complained_where_no_ticket_came(retail: Raw) -> None:
    assert retail.query("select distinct metric from marts.voice_scores") == [("repurchase_rate",)]


def test_the_overview_shows_the_published_net_value_and_compares_no_year_that_the_data_lack(
    retail: Raw, released: Settings, at_home
) -> None:
    at_home(released)
    at = opened("overview")
    ((net, orders, buyers),) = retail.query("""
        select sum(net_base) - (select sum(deducted_base) from core.fct_returns where returned_on >= '2010-12-10'),
            count(*), count(distinct customer_id) filter (where positive_line_count > 0)
        from core.fct_orders where ordered_on >= '2010-12-10'""")
    shown = {figure.label: (figure.value, figure.delta) for figure in at.metric}
    assert shown["Net sales"] == (f"{net:,.0f} GBP", "")
    assert shown["Orders"] == (f"{orders:,}", "") and shown["Buying customers"] == (f"{buyers:,}", "")
    assert "the data begin after 2009-12-10" in said(at)
    at.selectbox(key="period").select(24).run()
    assert {figure.label: figure.value for figure in at.metric}["Net sales"] == "9,747,748 GBP"


def test_a_customer_is_found_by_the_number_of_the_shop(retail: Raw, released: Settings, at_home) -> None:
    at_home(released, "steward")
    at = opened("customers")
    listed = at.dataframe[0].value
    assert "full_name" not in listed and len(listed) == 50, "columns that nobody fills are not shown"
    best = retail.query("""
        select customer_id, round(net_base, 2)::double from marts.dim_customers
        order by net_base desc nulls last, customer_id limit 50""")
    assert list(zip(listed.customer_id, listed.net_base, strict=True)) == best
    at.text_input(key="search").set_value("14646").run()
    ((gross, returned),) = retail.query("""
        select (select sum(l.line_amount_base) from core.fct_order_lines l join core.fct_orders using (order_id)
            where customer_id = c.customer_id), (select sum(deducted_base) from core.fct_returns r
            where r.customer_id = c.customer_id)
        from marts.bridge_customer_identities c where record_ref = '14646' and stream = 'customers'""")
    ((customer_id, net),) = at.dataframe[0].value[["customer_id", "net_base"]].to_numpy().tolist()
    assert Decimal(str(net)) == round(gross - returned, 2)
    assert at.header[0].value.replace("\\", "") == customer_id, "who has no name is called by the number"


def test_segments_and_products_on_the_pages_are_those_of_the_set(retail: Raw, released: Settings, at_home) -> None:
    at_home(released)
    frames = [frame.value for frame in opened("segments").dataframe]
    segments = next(frame for frame in frames if "rfm_segment" in frame).set_index("rfm_segment")
    assert (segments.customer_count.sum(), segments.customer_count["Important"]) == (4338, 710)
    assert segments.money["Important"] == 5530209.76
    classes = next(frame for frame in frames if "abc_class" in frame)
    assert classes.net_base.round(2).tolist() == [6651083.58, 1246929.52, 402052.71, 1447682.12]
    page = opened("products")
    page.selectbox(key="period").select(24).run()
    top = retail.query("""
        with lines as (
            select product_id, line_amount_base as net from core.fct_order_lines
            union all select product_id, -deducted_base from core.fct_returns
        )
        select round(sum(net), 2)::double from lines where product_id is not null
        group by product_id order by 1 desc limit 100""")
    assert [(net,) for net in page.dataframe[0].value.net_base] == top
    assert any("category_path" in info.value for info in page.info)
