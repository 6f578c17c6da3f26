"""Every page in both languages says what the release says, and what it does not know."""

import csv
import io
from decimal import Decimal

import pandas as pd
import pytest

from dashboard.page import csv_of
from dashboard.release import serving
from dashboard.text import WORDS
from orchestration.release.connect import connect
from orchestration.settings import Settings
from tests.marts.dashboard.conftest import thinned
from tests.marts.dashboard.look import KEYS, at_home, one, opened, said
from tests.release.small import Small

__all__ = ["at_home"]


OF_CUSTOMERS = {"overview", "customers", "segments", "sales", "channels", "voice", "models"}
NEEDS = {
    "segments": {"customer_groups": "history"},
    "channels": {"campaign_uplift": "campaign_contacts"},
    "voice": {"text_moods": "engagements"},
}


@pytest.mark.parametrize("key", KEYS)
def test_a_page_speaks_both_languages_without_an_error(released: Settings, at_home, key: str) -> None:
    at_home(released)
    for lang in ("en", "zh"):
        at = opened(key, lang)
        assert not at.exception and not at.error and not at.warning, said(at)
        assert at.title[0].value == WORDS[lang]["pages"][key]
        assert released.home.name not in said(at)
        if key in OF_CUSTOMERS:  # S030: which share of the purchases the figures rest on
            start = WORDS[lang]["coverage"].split("{")[0]
            assert sum(caption.value.startswith(start) for caption in at.caption) == 1


@pytest.mark.parametrize("key", KEYS)
def test_a_page_without_data_says_so(nothing: Settings, at_home, key: str) -> None:
    at_home(nothing)
    at = opened(key)
    assert not at.exception and not at.warning, said(at)
    if key != "quality":
        assert at.info, "an empty part has to say that it is empty"
    for part, needs in NEEDS.get(key, {}).items():
        assert WORDS["en"]["parts"][part]["title"] in [head.value for head in at.subheader]
        assert any(needs in info.value for info in at.info), part


def test_a_shop_without_web_deals_and_service_is_told_which_streams_are_missing(shop: Settings, at_home) -> None:
    at_home(shop)
    for key, stream in (("sales", "opportunities"), ("channels", "ad_spend"), ("voice", "surveys")):
        at = opened(key)
        assert not at.exception and not at.warning
        assert any(stream in info.value for info in at.info), key
    at = opened("segments")
    assert not at.exception and not at.warning
    assert len(at.dataframe[0].value) > 0


def test_key_figures_are_those_of_the_facts(released: Settings, at_home) -> None:
    at_home(released)
    orders, buyers, sales, returned = one(
        released,
        """
        select count(*) filter (where not is_cancelled),
            count(distinct customer_id) filter (where not is_cancelled and positive_line_count > 0), sum(sales_base),
            (select sum(deducted_base) from core.fct_returns where returned_on between '2025-07-01' and '2026-06-30')
        from core.fct_orders where ordered_on between '2025-07-01' and '2026-06-30'""",
    )
    shown = {metric.label: metric.value for metric in opened("overview").metric}
    assert shown["Net sales"] == f"{sales - returned:,.0f} GBP"
    assert shown["Orders"] == f"{orders:,}"
    assert shown["Buying customers"] == f"{buyers:,}"
    assert shown["Returned share of sales"] == f"{100 * returned / sales:.1f} %"


def test_key_figures_and_the_catalogue_of_metrics_are_one(released: Settings, at_home) -> None:
    """What the overview shows for twelve whole months is the sum of numerators over the sum of denominators."""
    at_home(released)
    with connect(released) as con:
        metrics = con.execute("""
            select metric_en, unit, case when any_value(c.denominator) is null then sum(m.numerator)
                else sum(m.numerator) / sum(m.denominator) end::double
            from marts.metrics_monthly m join marts.metrics_catalogue c using (metric)
            where c.is_additive and m.channel_group = 'all' and m.month_on >= '2025-07-01' group by all""").fetchall()
    wanted = {
        name: f"{value:,.0f} GBP" if unit == "money" else f"{100 * value:.1f} %" if unit == "share" else f"{value:,.0f}"
        for name, unit, value in metrics
    }
    at = opened("overview")
    (catalogue,) = [frame.value for frame in at.dataframe if "formula" in frame.value]
    assert set(wanted) <= set(catalogue.metric_en) and catalogue.basis.notna().all()
    shown = {metric.label: metric.value for metric in at.metric}
    both = shown.keys() & wanted.keys()
    assert len(both) == 6 and {name: shown[name] for name in both} == {name: wanted[name] for name in both}


def test_a_shorter_period_changes_the_figures(released: Settings, at_home) -> None:
    at_home(released)
    at = opened("overview")
    at.selectbox(key="period").select(3).run()
    (orders,) = one(
        released, "select count(*) from core.fct_orders where not is_cancelled and ordered_on >= '2026-04-01'"
    )
    assert {m.label: m.value for m in at.metric}["Orders"] == f"{orders:,}"


def test_segments_and_deliveries_on_the_page_add_up_to_the_release(released: Settings, at_home) -> None:
    at_home(released)
    frames = [frame.value for frame in opened("segments").dataframe]
    segments = next(frame for frame in frames if "rfm_segment" in frame)
    customers, money = one(released, "select count(*), sum(m_total) from marts.customer_rfm")
    assert segments.customer_count.sum() == customers
    assert abs(Decimal(str(segments.money.sum())) - money) < Decimal("0.05")  # each of eight is shown to the penny
    streams = opened("quality").dataframe[0].value
    assert streams.records_in.sum() == one(released, "select sum(records_in) from ops.deliveries")[0]
    assert (streams.records_in == streams.loaded + streams.quarantined + streams.rejected).all()


def test_attribution_adds_up_to_the_same_total_by_every_rule(released: Settings, at_home) -> None:
    at_home(released)
    from dashboard.queries.channels import attribution
    from orchestration.report.facts import Span

    frame = attribution(serving(released), Span.months_to(serving(released).as_of, 12))
    totals = frame.groupby("attribution_rule").revenue_base.sum().round(2)
    assert len(totals) == 6 and totals.max() - totals.min() < 0.1


def test_scores_are_shown_where_a_model_speaks_and_its_reason_where_it_is_silent(
    released: Settings, tmp_path, at_home
) -> None:
    """Two customers are scored by a graded model, one by grade C, who makes no list; the other model abstained."""
    scores = """create or replace table scores.churn as select customer_id, 'scored' as status, 30 as window_days,
        0.9 - 0.3 * n as churn_probability, 0.2 as probability_low, 0.95 as probability_high, 'late' as reason_1_en,
        '晚了' as reason_1_zh, case when n < 2 then 'A' else 'C' end as grade
        from (select customer_id, row_number() over (order by customer_id) - 1 as n from marts.dim_customers)
        where n < 3"""
    cards = """create or replace table scores.model_cards as select 'lifetime_value' as model, 'abstained' as status,
        'abstain' as grade, '' as serves, null::double as auc, '' as baseline, null::double as gain,
        null::double as gain_low, null::double as slope, date '2026-09-30' as expires_on, 'too short' as reason_en,
        '历史太短' as reason_zh, '{}' as card"""
    empty = """create or replace table scores.lifetime_value as
        select customer_id, null::double as clv_revenue_12m from scores.churn"""
    deal = """create or replace table scores.win_probability as select 'crm:1' as opportunity_id, 2 as stage_no,
        1000 as expected_amount_base, 0.62 as win_probability, 0.5 as probability_low, 0.7 as probability_high,
        0.4 as base_win_rate, 0.45 as seller_win_rate, 620 as expected_won_base, 'seller won' as reason_1_en,
        '销售' as reason_1_zh, '' as reason_2_en, '' as reason_2_zh, 'B' as grade"""
    at_home(thinned(released, tmp_path, "dim_customers", scores, cards, empty, deal))
    for lang, reason, silent in (("en", "late", "too short"), ("zh", "晚了", "历史太短")):
        at = opened("models", lang)
        assert not at.exception and not at.warning, said(at)
        listed = at.dataframe[0].value
        assert listed.churn_probability.tolist() == [0.9, 0.6] and set(listed.reason) == {reason}
        assert any(silent in info.value for info in at.info)
        (deals,) = [frame.value for frame in at.dataframe if "win_probability" in frame.value]
        assert deals[["expected_won_base", f"reason_1_{lang}"]].iloc[0].tolist() == [
            620,
            "seller won" if lang == "en" else "销售",
        ]


def test_the_card_shows_offers_and_the_next_purchase_and_suggests_what_a_graded_model_offers(
    released: Settings, tmp_path, at_home
) -> None:
    """Three offers and two dates; the offer of grade C stands in the table and is not suggested."""
    offers = """create or replace table scores.product_offers as
        select (select min(customer_id) from marts.dim_customers) as customer_id, * from (values
            ('new', 1, 'Teapot', 'goes with cups', '与杯子一起', 'A'), ('new', 2, 'Spoon', 'x', '甲', 'A'),
            ('repeat', 1, 'Candle', 'bought before', '买过', 'C'))
        as t(kind, rank, product_name, reason_en, reason_zh, grade)"""
    dates = """create or replace table scores.next_purchase as
        select (select min(customer_id) from marts.dim_customers) as customer_id, category, 'scored' as status,
            date '2026-06-01' as last_purchase_on, 30.5 as usual_gap_days, date '2026-07-04' as next_purchase_on,
            date '2026-07-01' as next_purchase_low_on, date '2026-08-01' as next_purchase_high_on,
            false as is_overdue, 'every month' as reason_en, '每月' as reason_zh, 'C' as grade
        from (values ('Garden'), ('all')) as t(category)"""
    at_home(thinned(released, tmp_path, "dim_customers", offers, dates))
    (customer,) = one(released, "select min(customer_id) from marts.dim_customers")
    for lang, suggested, kinds in (
        ("en", "**Offer Teapot** · because of: goes with cups", ["New to the customer"] * 2 + ["Bought before"]),
        ("zh", "**推荐 Teapot** · 原因：与杯子一起", ["未购买过"] * 2 + ["曾购买"]),
    ):
        at = opened("customers", lang, customer=customer)
        assert not at.exception and not at.warning, said(at)
        assert suggested in said(at) and "Candle**" not in said(at) and "Spoon**" not in said(at)
        shown = {tuple(frame.value.columns)[:2]: frame.value for frame in at.dataframe}
        table = shown[("kind", "rank")]
        assert table.kind.tolist() == kinds and table.product_name.tolist() == ["Teapot", "Spoon", "Candle"]
        assert len(shown[("category", "last_purchase_on")]) == 2


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "'=", '"=', "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("tail", ["cmd|' /C calc'!A0", "1+1", "SUM(A1:A9)"])
def test_a_download_holds_no_formula(lead: str, tail: str) -> None:
    """F-91: a spreadsheet reads every cell as text, numbers stay numbers."""
    frame = pd.DataFrame({"name": [lead + tail, "plain"], "amount": [-12.5, 3]})
    rows = list(csv.reader(io.StringIO(csv_of(frame).decode("utf-8-sig"), newline="")))
    assert len(rows) == 3 and rows[1][0] == "'" + lead + tail
    assert [row[1] for row in rows[1:]] == ["-12.5", "3.0"]


def test_without_a_release_a_page_says_what_to_do(small_home, at_home) -> None:
    small = Small(small_home)
    small.settings.releases.mkdir(parents=True)
    at_home(small.settings)
    at = opened("overview")
    assert not at.exception and "acrm run" in at.error[0].value


def test_an_older_or_a_new_or_a_damaged_release_is_met_with_words(small_home, at_home) -> None:
    """Older: tables are missing. Switched: the next look shows it. All damaged: none is shown."""
    small = Small(small_home)
    first = small.build(1, orders=50).publish().release_id
    at_home(small.settings)
    at = opened("overview")
    assert not at.exception and "acrm run --force" in at.warning[0].value and first in at.caption[0].value
    second = small.build(2, orders=50).publish().release_id
    at.run()
    assert second in at.caption[0].value and first not in at.caption[0].value
    for path in small.settings.releases.glob("r*.duckdb"):
        small.flip(path, 5_000)
    at = opened("overview")
    assert not at.exception and "acrm release verify" in at.error[0].value


def test_both_languages_have_a_word_for_everything() -> None:
    def keys(words: dict, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
        return set().union(*(keys(v, (*path, k)) if isinstance(v, dict) else {(*path, k)} for k, v in words.items()))

    assert keys(WORDS["en"]) == keys(WORDS["zh"])
