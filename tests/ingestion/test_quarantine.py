"""Refused records: out to files as they were delivered, and back in once the feed was mended."""

import csv
from pathlib import Path

import pytest

from orchestration.ingestion.quarantine import export, reoffer, summary
from orchestration.ingestion.verify import verify
from orchestration.spreadsheet import neutralised
from tests.ingestion.warehouse import HEADER, LINES_FEED, Warehouse

GOOD = "A1,1,P1,2,9.99,2024-01-02 10:00:00"
DAY_FIRST = "A1,2,P2,1,5.00,14/01/2024 10:00:00"
SHORT = "A2,1,P1"
FORMULA = '"=cmd()",1,P1,"=1+1",-2.50,2024-01-02 10:00:00'


@pytest.fixture
def shop(home: Path) -> Warehouse:
    warehouse = Warehouse(home)
    warehouse.feed()
    warehouse.lines("a.csv", GOOD, DAY_FIRST, SHORT, FORMULA)
    warehouse.run()
    return warehouse


def test_the_summary_counts_records_by_rule_and_column(shop: Warehouse) -> None:
    found = {(row["rule"], row["column"]): row["records"] for row in summary(shop.settings)}
    assert found[("ambiguous_date", "ordered_at")] == 1 and found[("not_a_number", "quantity")] == 1
    assert sum(found.values()) == 3


def test_export_gives_the_bytes_as_delivered_and_reasons_that_no_spreadsheet_runs(shop: Warehouse) -> None:  # F-91
    data, reasons = export(shop.settings, shop.home / "out")
    assert data.read_text() == "\n".join([HEADER, DAY_FIRST, SHORT, FORMULA]) + "\n"
    with reasons.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["record_no"], row["line_no"]) for row in rows] == [("2", "3"), ("3", "4"), ("4", "5")]
    assert rows[2]["value"] == "'=1+1"


@pytest.mark.parametrize("text", ["=1", "+cmd", "-a", "@x", "\tx", " =1", '"=1', "＝1", "＋1", "＠a", "\r=1"])
def test_formulas_are_made_text(text: str) -> None:
    assert neutralised(text) == "'" + text


@pytest.mark.parametrize("text", ["-12.5", "+3", "-1e5", "plain", "", "a=b", "2024-01-01"])
def test_numbers_and_plain_text_stay(text: str) -> None:
    assert neutralised(text) == text


def test_after_a_mended_feed_the_refused_records_enter_and_the_rest_stays_open(shop: Warehouse) -> None:
    shop.feed(LINES_FEED + "    date_order: dmy\n")
    (result,) = reoffer(shop.settings, "shop_lines")
    assert vars(result.streams["order_lines"]) == {"records_in": 4, "loaded": 2, "quarantined": 2, "rejected": 0}
    loaded = shop.rows("select order_ref, line_ref, ordered_at::varchar from raw.order_lines order by 1, 2")
    assert loaded == [("A1", "1", "2024-01-02 10:00:00"), ("A1", "2", "2024-01-14 10:00:00")]
    states = shop.rows("select record_no, status from ops.quarantine order by 1")
    assert states == [(2, "released"), (3, "open"), (4, "open")]
    assert shop.accounts() == {"order_lines": (4, 2, 2, 0)}
    assert verify(shop.settings) == []
    assert shop.run() == []


def test_a_rejected_delivery_enters_once_its_feed_fits(shop: Warehouse) -> None:
    shop.lines("b.csv", "B1,1,P1,2,9.99,2024-01-02 10:00:00", header="order,line,sku,qty,price,sold_at")
    assert shop.run()[0].status == "rejected"
    still = reoffer(shop.settings)
    assert [r.status for r in still] == ["loaded", "rejected"] and "no column 'order_no'" in still[1].reason
    shop.feed(LINES_FEED.replace("order_ref: order_no", """order_ref: '"order"' """))
    (result,) = reoffer(shop.settings, still[1].delivery_id)
    assert result.status == "loaded" and result.streams["order_lines"].loaded == 1
    assert shop.accounts() == {"order_lines": (5, 2, 3, 0)}
    assert verify(shop.settings) == []
