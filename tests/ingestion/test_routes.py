"""Several routes of a feed into one stream: a record may become several rows, each accounted for."""

from pathlib import Path

import duckdb
import pytest

from orchestration.ingestion.feeds import load_feed
from orchestration.ingestion.model import FeedError
from orchestration.ingestion.quarantine import reoffer
from orchestration.ingestion.verify import verify
from tests.ingestion.warehouse import Warehouse

DEALS = """\
feed: deals
system: crm
source: {type: files, path: "in/*.csv"}
streams:
  opportunity_stages:
    - where: engaged <> ''
      map:
        opportunity_ref: deal
        stage: "'Engaging'"
        entered_at: engaged
    - where: state in ('Won', 'Lost')
      map:
        opportunity_ref: deal
        stage: state
        entered_at: closed
"""
RECORDS = (
    "deal,state,engaged,closed",
    "D1,Won,2024-01-01,2024-02-01",  # both routes
    "D2,Engaging,2024-01-02,",  # the first only
    "D3,Lost,2024-01-03,soon",  # passes the first, fails the second
    "D4,Won,early,late",  # fails both
    "D5,Prospecting,,",  # no route
)
STAGES = "select opportunity_ref, stage, entered_at::date::varchar, _record_no from raw.opportunity_stages order by all"


@pytest.fixture
def deals(home: Path) -> Warehouse:
    warehouse = Warehouse(home)
    warehouse.feed(DEALS)
    warehouse.deliver("deals.csv", "\n".join(RECORDS) + "\n")
    warehouse.run()
    return warehouse


def test_a_record_becomes_one_row_for_each_route_that_takes_it(deals: Warehouse) -> None:
    assert deals.rows(STAGES) == [
        ("D1", "Engaging", "2024-01-01", 1),
        ("D1", "Won", "2024-02-01", 1),
        ("D2", "Engaging", "2024-01-02", 2),
        ("D3", "Engaging", "2024-01-03", 3),
    ]
    assert deals.accounts() == {"opportunity_stages": (7, 4, 3, 0), "(none)": (1, 0, 1, 0)}
    assert deals.refused() == [
        ("(none)", 5, None, None, "no_route"),
        ("opportunity_stages", 3, "entered_at", "soon", "not_a_time"),
        ("opportunity_stages", 4, "entered_at", "early", "not_a_time"),
        ("opportunity_stages", 4, "entered_at", "late", "not_a_time"),
    ]
    assert verify(deals.settings) == []


def test_a_mended_route_releases_its_own_refusals_only(deals: Warehouse) -> None:
    mended = DEALS.replace(
        "entered_at: closed", "entered_at: case closed when 'late' then '2024-04-04' else closed end"
    )
    deals.feed(mended)
    reoffer(deals.settings)
    assert deals.accounts()["opportunity_stages"] == (7, 5, 2, 0)
    states = deals.rows(
        "select record_no, route_no, value, status from ops.quarantine where record_no < 5 order by all"
    )
    assert states == [(3, 2, "soon", "open"), (4, 1, "early", "open"), (4, 2, "late", "released")]
    assert verify(deals.settings) == []


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("map:\n        opportunity_ref: deal\n        stage: state", "map:\n        stage: state", "deals.yml:12: "),
        ("entered_at: closed", "entred_at: closed", "deals.yml:15: "),
        ("entered_at: engaged", "entered_at: engaged +", "deals.yml:10: "),
        ("    - where: state in", "    - were: state in", "deals.yml:11: "),
    ],
)
def test_a_mistake_in_a_listed_route_is_told_with_its_line(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    path = tmp_path / "deals.yml"
    path.write_text(DEALS.replace(right, wrong), encoding="utf-8")
    with pytest.raises(FeedError) as error:
        load_feed(path)
    assert message in str(error.value), error.value


def test_a_stream_without_a_route_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "deals.yml"
    path.write_text(DEALS[: DEALS.index("    - where")].replace("stages:", "stages: []"), encoding="utf-8")
    with pytest.raises(FeedError, match=r"deals\.yml:5: streams\.opportunity_stages: names no route"):
        load_feed(path)


def test_rows_of_several_routes_are_no_repetition_but_a_row_twice_is(deals: Warehouse) -> None:
    from data_quality.runner import run_suites

    def verdict() -> bool:
        (check,) = [c for c in run_suites(deals.settings, "raw") if "opportunity_stages unique" in c.name]
        return check.passed

    assert verdict()
    with duckdb.connect(str(deals.settings.work_db)) as con:
        con.execute("insert into raw.opportunity_stages select * from raw.opportunity_stages where _record_no = 2")
    assert not verdict()
