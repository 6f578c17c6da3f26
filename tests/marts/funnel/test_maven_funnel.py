"""Maven CRM through the funnel marts: the published win rate and won value."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from benchmarks.real_data import DEALS, section
from ml import win
from tests.dbt.project import Dbt, Raw
from tests.reference.feeds import warehouse

FEEDS = ("maven_accounts", "maven_products", "maven_agents", "maven_managers", "maven_pipeline")


@pytest.fixture(scope="module")
def maven(dbt: Dbt, reference_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Raw:
    home = tmp_path_factory.mktemp("maven")
    with warehouse(home, MAVEN_CRM=reference_data / "maven_crm") as (_, take):
        for feed in FEEDS:
            take(feed)
    built = Raw(home / "work.duckdb")
    dbt.run(
        built.path, "+path:models/marts/funnel", "+path:models/marts/sales", as_of="2017-12-31", base_currency="USD"
    )
    return built


def test_win_rate_and_won_value_are_the_published_ones(maven: Raw) -> None:
    funnel = """select deal_count, won_count, won_amount_base, round(100 * win_rate, 2)
        from marts.sales_funnel where stage_no = 1"""
    assert maven.query(funnel) == [(8_800, 4_238, Decimal("10005534.0000"), Decimal("63.15"))]
    log = """select event_kind, count(*) from marts.stage_events
        where subject_kind = 'deal' and event_kind in ('win', 'lose') group by all order by all"""
    assert maven.query(log) == [("lose", 2_473), ("win", 4_238)]
    staff = """select sum(won_amount_base), sum(won_deal_count), sum(lost_deal_count) from {}
        where period_kind = 'month'"""
    for relation in ("marts.employee_sales", "(from marts.department_sales where level_no = 1)"):
        assert maven.query(staff.format(relation)) == [(Decimal("10005534.0000"), 4_238, 2_473)]


def test_the_page_of_public_figures_is_what_is_built_here(maven: Raw, repo: Path) -> None:
    page = (repo / "docs" / "marts" / "real-data.md").read_text(encoding="utf-8")
    with duckdb.connect(str(maven.path)) as con:
        assert "\n".join(section("Maven CRM", con, DEALS)) in page


def test_amounts_that_are_filled_in_on_winning_are_not_used_to_forecast(maven: Raw) -> None:
    assert maven.query("select distinct amount_basis from marts.deal_forecasts where amount_basis = 'stated'") == []
    assert maven.query("select count(*) from marts.deal_forecasts where snapshot_on = '2017-12-31'") == [(2_089,)]


def test_the_back_test_comes_near_what_was_won(maven: Raw) -> None:
    """Nearer than it could be: the file forgets the stage of deals that closed (docs/marts/funnel.md)."""
    ((forecast, won),) = maven.query(
        """select sum(forecast_amount_base), sum(won_amount_base) from marts.forecast_backtest
        where is_chosen and forecast_amount_base is not null"""
    )
    assert abs(forecast / won - 1) < Decimal("0.25")


def test_the_chance_to_win_is_no_better_than_the_base_rate_and_says_so(maven: Raw) -> None:
    with duckdb.connect(str(maven.path)) as con:
        (card,) = win.score(con, date(2017, 12, 31))
        scores = con.execute("""
            select count(*), count(win_probability), round(min(base_win_rate), 4), round(max(base_win_rate), 4)
            from scores.win_probability where status = 'abstained'""").fetchall()
    newest = card["windows"][0]
    assert (card["grade"], newest["n"], newest["best_baseline"]) == ("abstain", 914, "base rate")
    assert newest["auc_low"] < 0.5 < newest["auc_high"] and newest["auc"] == pytest.approx(0.498, abs=0.005)
    assert card["reason_en"].startswith("not better than the base rate: AUC 0.49")
    assert "不优于总体赢单率" in card["reason_zh"]
    assert scores == [(2_089, 0, 0.6315, 0.6315)]
