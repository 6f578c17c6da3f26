"""Voice over the demo company: planted drivers are found, figures tie to the facts."""

import duckdb
import pytest

from orchestration.settings import Settings
from tests.marts.company import AS_OF, Company


@pytest.fixture(scope="module")
def drivers(scored: Settings) -> dict[str, dict[str, float]]:
    """scores.satisfaction_drivers of the analysis satisfaction, by driver."""
    with duckdb.connect(str(scored.current_release), read_only=True) as con:
        found = con.execute("""
            select * from scores.satisfaction_drivers where analysis = 'satisfaction' and status = 'ok'""")
        names = [column[0] for column in found.description]
        return {row["driver"]: row for row in (dict(zip(names, r, strict=True)) for r in found.fetchall())}


def test_planted_drivers_are_found_in_their_order_and_weight(company: Company, drivers: dict) -> None:
    planted = {item: float(weight) for item, weight in company.query("select * from '{truth}/drivers.parquet'")}
    explained = sum(weight**2 for weight in planted.values())
    assert sorted(drivers, key=lambda d: drivers[d]["rank_no"])[:2] == ["delivery", "product_quality"]
    for item, weight in planted.items():
        row, share = drivers[item], weight**2 / explained
        assert row["lmg_share"] == pytest.approx(share, abs=0.12), item
    assert drivers["price"]["share_high"] < 0.25, "price was planted without any effect"


def test_shares_add_up_to_what_is_explained(drivers: dict) -> None:
    assert sum(row["lmg"] for row in drivers.values()) == pytest.approx(drivers["price"]["r_squared"], abs=1e-8)
    assert sum(row["lmg_share"] for row in drivers.values()) == pytest.approx(1, abs=1e-8)


def test_nps_is_promoters_less_detractors_and_the_index_the_mean_of_items(company: Company) -> None:
    scores = dict(
        company.query("""
        select metric, cast(score as double) from marts.voice_scores
        where segment_kind = 'all' and period_kind = 'window' and not is_suppressed""")
    )
    direct = dict(
        company.query(f"""
        select 'nps', 100.0 * (count(*) filter (where score >= 9) - count(*) filter (where score <= 6)) / count(*)
        from core.fct_surveys where survey_kind = 'nps' and answered_on > date '{AS_OF}' - 365
        union all
        select 'csi', avg(score_percent) from core.fct_surveys
        where survey_kind = 'csat' and item <> 'overall' and answered_on > date '{AS_OF}' - 365""")
    )
    assert {name: scores[name] for name in direct} == pytest.approx(direct, abs=1e-3)


def test_segments_hold_every_answer_of_a_known_customer_once(company: Company) -> None:
    counted = company.query("""
        select distinct metric, segment_kind, sum(unit_count) over (partition by metric, segment_kind)
        from marts.voice_scores where period_kind = 'window' and segment_kind <> 'all' order by all""")
    known = dict(
        company.query("""
        select metric, count(*) from intermediate.int_voice_answers
        where is_in_window and customer_id is not null group by 1""")
    )
    assert counted and all(total == known[metric] for metric, _, total in counted)


def test_few_answers_are_counted_and_not_shown(company: Company) -> None:
    rows = company.query("""
        select is_suppressed, min(unit_count), max(unit_count), count(score) from marts.voice_scores group by 1""")
    by_kind = {suppressed: (low, high, shown) for suppressed, low, high, shown in rows}
    assert by_kind[True][1] < 30 <= by_kind[False][0]
    assert by_kind[True][2] == 0
