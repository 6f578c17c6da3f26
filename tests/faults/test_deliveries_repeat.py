"""The same, corrected, overlapping, empty and changed deliveries: what raw holds afterwards, to the row."""

from collections import Counter
from itertools import permutations
from pathlib import Path

import pytest

from orchestration.ingestion.verify import verify
from tests.ingestion.warehouse import HEADER, LINES_FEED, Warehouse

CONTENT = "select order_ref, line_ref, quantity::varchar, unit_price::varchar, ordered_at::varchar from raw.order_lines"
FIRST = (
    "A1,1,P1,2,9.99,2024-01-02 10:00:00",
    "A1,2,P2,1,5.00,2024-01-02 10:00:00",
    "A2,1,P1,3,9.99,2024-01-03 09:00:00",
)


@pytest.fixture
def shop(home: Path) -> Warehouse:
    warehouse = Warehouse(home)
    warehouse.feed()
    return warehouse


def _expected(*records: str) -> Counter:
    parts = [record.split(",") for record in records]
    return Counter((o, n, f"{float(q):.4f}", f"{float(p):.4f}", t) for o, n, _, q, p, t in parts)


def _content(shop: Warehouse) -> Counter:
    return Counter(shop.rows(CONTENT))


def test_the_same_bytes_again_under_the_same_name_change_nothing(shop: Warehouse) -> None:  # F-35
    path = shop.lines("a.csv", *FIRST)
    assert [r.status for r in shop.run()] == ["loaded"]
    assert shop.run() == []
    path.touch()
    assert [r.status for r in shop.run()] == ["known"]
    assert _content(shop) == _expected(*FIRST)
    assert shop.accounts() == {"order_lines": (3, 3, 0, 0)}


def test_the_same_bytes_again_under_another_name_change_nothing(shop: Warehouse) -> None:  # F-35
    shop.lines("a.csv", *FIRST)
    shop.run()
    shop.lines("b.csv", *FIRST)
    assert [r.status for r in shop.run()] == ["known"]
    assert _content(shop) == _expected(*FIRST)


def test_a_corrected_file_of_the_same_name_replaces_the_rows_of_the_first(shop: Warehouse) -> None:  # F-36
    shop.lines("a.csv", *FIRST)
    first = shop.run()[0]
    corrected = (FIRST[0], "A1,2,P2,7,5.00,2024-01-02 10:00:00")
    shop.lines("a.csv", *corrected)
    second = shop.run()[0]
    assert _content(shop) == _expected(*corrected)
    books = shop.rows("select delivery_id, status, superseded_by, loaded from ops.deliveries order by seq")
    assert books == [(first.delivery_id, "superseded", second.delivery_id, 3), (second.delivery_id, "loaded", None, 2)]
    assert verify(shop.settings) == []


@pytest.mark.parametrize("content", ["", "\ufeff", f"{HEADER}\n"], ids=["0 bytes", "BOM", "header"])
def test_an_empty_delivery_is_noted_and_replaces_nothing(shop: Warehouse, content: str) -> None:  # F-32
    shop.lines("a.csv", *FIRST)
    shop.run()
    shop.deliver("a.csv", content)
    assert [r.status for r in shop.run()] == ["empty"]
    assert _content(shop) == _expected(*FIRST)
    assert shop.rows("select status, records_in from ops.deliveries order by seq") == [("loaded", 3), ("empty", 0)]


def test_a_rejected_correction_replaces_nothing_and_is_counted(shop: Warehouse) -> None:  # F-33
    shop.lines("a.csv", *FIRST)
    shop.run()
    shop.lines("a.csv", "A1,1", "A1,2", header="order_no,line")
    result = shop.run()[0]
    assert result.status == "rejected"
    assert "no column 'sku' was delivered" in result.reason and "'order_no', 'line'" in result.reason
    assert _content(shop) == _expected(*FIRST)
    assert shop.accounts() == {"order_lines": (5, 3, 0, 2)}


def test_overlapping_files_keep_every_row_with_its_own_delivery(shop: Warehouse) -> None:  # F-37
    shop.lines("d1.csv", *FIRST)
    shop.lines("d2.csv", *FIRST[1:], "A3,1,P1,1,9.99,2024-01-04 09:00:00")
    shop.run()
    loaded = shop.rows(f"{CONTENT.replace('select', 'select _delivery_id,')} order by all")
    assert Counter(row[1:] for row in loaded) == _expected(*FIRST) + _expected(
        *FIRST[1:], "A3,1,P1,1,9.99,2024-01-04 09:00:00"
    )
    assert len({row[0] for row in loaded}) == 2


def test_the_order_of_deliveries_does_not_change_what_raw_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {  # F-49, R4: every order, each also as one run; row versions come from the file name
        "lines_20240101.csv": FIRST,
        "lines_20240102.csv": FIRST[:1],
        "lines_20240103.csv": ("A9,1,P1,1,1.00,2024-01-02 08:00:00",),
    }
    feed = LINES_FEED.replace('path: "in/*.csv"', r'path: "in/*.csv", version: "_(\\d{8})"')
    results = []
    for number, order in enumerate(permutations(files)):
        home = tmp_path / str(number)
        (home / "feeds").mkdir(parents=True)
        monkeypatch.setenv("CRM_HOME", str(home))
        shop = Warehouse(home)
        shop.feed(feed)
        for name in order:
            shop.lines(name, *files[name])
            if number % 2:
                shop.run()
        shop.run()
        results.append(Counter(shop.rows("select * exclude (_loaded_at) from raw.order_lines")))
    assert all(result == results[0] for result in results)
    assert results[0].total() == 5


@pytest.mark.parametrize(
    ("header", "mode", "status", "extra"),
    [
        ("sold_at,price,qty,sku,line,order_no", "evolve", "loaded", None),
        ("ORDER_NO,Line,SKU,Qty,PRICE,Sold_At", "evolve", "loaded", None),
        ("order_no,line,sku,qty,price,sold_at,till", "evolve", "loaded", '{"till":"T9"}'),
        ("order_no,line,sku,qty,price,sold_at,till", "discard_value", "loaded", None),
        ("order_no,line,sku,qty,price,sold_at,till", "freeze", "rejected", None),
        ("order_no,line,sku,qty,price", "evolve", "rejected", None),
        ("order_no,line,sku,qty,prix,sold_at", "evolve", "rejected", None),
        ("order_no,line,sku,qty,price,sold_at,Line", "evolve", "rejected", None),
    ],
    ids=["reordered", "case", "extra kept", "extra dropped", "extra frozen", "removed", "renamed", "doubled"],
)
def test_changed_headers_follow_the_mode_of_the_feed(
    shop: Warehouse, header: str, mode: str, status: str, extra: str | None
) -> None:  # F-33
    shop.feed(LINES_FEED + f"    unknown_columns: {mode}\n")
    values = dict(zip(HEADER.split(","), FIRST[0].split(","), strict=True))
    record = ",".join({**values, "till": "T9", "prix": "9.99"}[name.lower()] for name in header.split(","))
    shop.lines("a.csv", record, header=header)
    result = shop.run()[0]
    assert result.status == status, result.reason
    rows = shop.rows("select order_ref, line_ref, product_ref, quantity, unit_price, _extra from raw.order_lines")
    loaded = [("A1", "1", "P1", 2, rows[0][4], extra)] if status == "loaded" else []
    assert rows == loaded and (not rows or str(rows[0][4]) == "9.9900")
    counted, booked, refused, rejected = shop.accounts()["order_lines"]
    assert (booked, refused) == (len(rows), 0) and counted == booked + rejected


def test_a_column_that_turns_to_text_quarantines_its_cells_and_keeps_the_rest(shop: Warehouse) -> None:  # F-34
    shop.lines("a.csv", FIRST[0], "A1,2,P2,many,5.00,2024-01-02 10:00:00", FIRST[2])
    shop.run()
    assert _content(shop) == _expected(FIRST[0], FIRST[2])
    assert shop.refused() == [("order_lines", 2, "quantity", "many", "not_a_number")]
    content, line = shop.rows("select content, line_no from ops.quarantine")[0]
    assert content == b"A1,2,P2,many,5.00,2024-01-02 10:00:00" and line == 3
