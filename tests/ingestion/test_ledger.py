"""The ledger outlives the database: chain, healing after a crash, detection and repair of lost commits."""

import json
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from orchestration.ingestion.ledger import LedgerError
from orchestration.ingestion.repair import RepairError, repair
from orchestration.ingestion.verify import verify
from tests.ingestion.warehouse import LINES_FEED, Warehouse

RAW = "select * exclude (_loaded_at) from raw.order_lines"


@pytest.fixture
def shop(home: Path) -> Warehouse:
    warehouse = Warehouse(home)
    warehouse.feed(LINES_FEED)
    warehouse.lines("a.csv", "A1,1,P1,2,9.99,2024-01-02 10:00:00", "A1,2,P2,x,5.00,2024-01-02 10:00:00")
    warehouse.run()
    return warehouse


def _second(shop: Warehouse) -> None:
    shop.lines("b.csv", "B1,1,P1,2,1.00,2024-01-03 10:00:00")
    shop.run()


def _raw(shop: Warehouse) -> Counter:
    return Counter(shop.rows(RAW))


def _kinds(shop: Warehouse) -> set[str]:
    return {problem.kind for problem in verify(shop.settings)}


def _edit(shop: Warehouse, statement: str) -> None:
    with duckdb.connect(str(shop.settings.work_db)) as con:
        con.execute(statement)


def test_an_untouched_warehouse_has_no_problem(shop: Warehouse) -> None:
    _second(shop)
    assert verify(shop.settings) == []


def test_a_byte_changed_in_the_ledger_is_found(shop: Warehouse) -> None:  # F-100
    _second(shop)
    text = shop.settings.ledger.read_text()
    shop.settings.ledger.write_text(text.replace('"loaded":1', '"loaded":2', 1))
    assert _kinds(shop) == {"ledger"}


def test_a_line_missing_from_the_middle_of_the_ledger_is_found(shop: Warehouse) -> None:
    _second(shop)
    lines = shop.settings.ledger.read_text().splitlines(keepends=True)
    shop.settings.ledger.write_text(lines[1])
    assert _kinds(shop) == {"ledger"}


@pytest.mark.parametrize("left", [0, 37], ids=["line missing", "line cut short"])
def test_a_line_that_a_crash_kept_from_the_ledger_is_added_at_the_next_start(shop: Warehouse, left: int) -> None:
    _second(shop)
    whole = shop.settings.ledger.read_bytes()
    first = whole.index(b"\n") + 1
    shop.settings.ledger.write_bytes(whole[: first + left])
    assert _kinds(shop)
    shop.run()
    assert shop.settings.ledger.read_bytes() == whole
    assert verify(shop.settings) == []


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("delete from raw.order_lines", "rows"),
        ("update raw.order_lines set quantity = quantity + 1", "rows"),
        ("insert into raw.order_lines select * replace ('stranger' as _delivery_id) from raw.order_lines", "rows"),
        ("update raw.order_lines set description = 'added'", "rows"),
        ("delete from ops.quarantine", "quarantine"),
        ("delete from ops.deliveries", "accounting"),
        ("update ops.deliveries set loaded = loaded + 1, records_in = records_in + 1", "accounting"),
        ("delete from ops.ledger", "lost"),
    ],
)
def test_a_change_behind_the_back_of_the_ledger_is_found_and_repaired(
    shop: Warehouse, statement: str, kind: str
) -> None:
    rows, refused = _raw(shop), shop.refused()
    _edit(shop, statement)
    assert kind in _kinds(shop)
    assert repair(shop.settings) == []
    assert (_raw(shop), shop.refused()) == (rows, refused)


def test_a_database_that_lost_commits_is_refused_and_rebuilt_from_landing(shop: Warehouse) -> None:  # F-14
    earlier = shop.home / "earlier.duckdb"
    shutil.copy(shop.settings.work_db, earlier)
    _second(shop)
    shop.lines("a.csv", "A1,1,P1,4,9.99,2024-01-02 10:00:00")  # a correction, too
    shop.run()
    rows = _raw(shop)
    shutil.move(earlier, shop.settings.work_db)  # as after a write-ahead log that was cut
    with pytest.raises(LedgerError, match=r"lacks 2 of the 3 entries.*acrm repair"):
        shop.run()
    assert "lost" in _kinds(shop)
    assert repair(shop.settings) == []
    assert _raw(shop) == rows
    assert shop.run() == [] or {r.status for r in shop.run()} <= {"known"}


def test_a_database_that_is_gone_or_unreadable_is_rebuilt_from_landing(shop: Warehouse) -> None:  # F-15
    _second(shop)
    rows, books = _raw(shop), shop.accounts()
    shop.settings.work_db.write_bytes(b"not a database" * 1000)
    assert _kinds(shop) == {"database"}
    assert repair(shop.settings) == []
    assert (_raw(shop), shop.accounts()) == (rows, books)
    assert list(shop.home.glob("work.duckdb.damaged-*")), "the broken file is kept for people to look at"
    shop.settings.work_db.unlink()
    assert repair(shop.settings) == []
    assert (_raw(shop), shop.accounts()) == (rows, books)


def test_a_landed_file_that_was_changed_is_found_and_nothing_is_repaired_from_it(shop: Warehouse) -> None:
    landed = shop.home / json.loads(shop.settings.ledger.read_text())["landed_path"]
    assert landed.stat().st_mode & 0o222 == 0
    landed.chmod(0o644)
    landed.write_bytes(landed.read_bytes().replace(b"9.99", b"0.01"))
    assert _kinds(shop) == {"landing"}
    _edit(shop, "delete from raw.order_lines")
    with pytest.raises(RepairError, match="Restore these from a backup"):
        repair(shop.settings)


def test_a_feed_that_changed_since_gets_a_new_last_word_when_its_delivery_is_repaired(shop: Warehouse) -> None:
    shop.feed(LINES_FEED.replace("quantity: qty", "quantity: replace(qty, 'x', '3')"))
    _edit(shop, "delete from raw.order_lines")
    assert repair(shop.settings) == []
    assert shop.accounts() == {"order_lines": (2, 2, 0, 0)}
    assert [json.loads(line)["event"] for line in shop.settings.ledger.read_text().splitlines()] == [
        "delivery",
        "repair",
    ]
