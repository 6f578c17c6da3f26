"""F-36, F-50, R4: what stands in raw is the last word of every name, however often names and bytes come back."""

import random
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from orchestration.ingestion.quarantine import reoffer
from orchestration.ingestion.repair import repair
from orchestration.ingestion.verify import verify
from tests.ingestion.warehouse import Warehouse

ROWS = "select order_ref, quantity::integer from raw.order_lines"


@pytest.fixture
def shop(home: Path) -> Warehouse:
    warehouse = Warehouse(home)
    warehouse.feed()
    return warehouse


def _delivered(shop: Warehouse, name: str, *quantities: int) -> str:
    shop.lines(name, *(f"A{i},1,P1,{q},1.00,2024-01-02 10:00:00" for i, q in enumerate(quantities)))
    (result,) = shop.run()
    return result.status


def _quantities(shop: Warehouse) -> list[int]:
    return sorted(quantity for _, quantity in shop.rows(ROWS))


def test_a_correction_that_is_taken_back_leaves_the_first_version(shop: Warehouse) -> None:
    first, second = (1, 2, 3), (1, 7)
    assert [_delivered(shop, "a.csv", *rows) for rows in (first, second, first, first)] == [
        "loaded", "loaded", "loaded", "known",
    ]  # fmt: skip
    assert _quantities(shop) == [1, 2, 3]
    ids = [row[0] for row in shop.rows("select delivery_id from ops.deliveries order by seq")]
    books = shop.rows("select status, superseded_by, loaded from ops.deliveries order by seq")
    assert books == [("superseded", ids[1], 3), ("superseded", ids[2], 2), ("loaded", None, 3)]
    assert shop.rows("select distinct _delivery_id from raw.order_lines") == [(ids[2],)]
    assert verify(shop.settings) == []


def test_replaced_bytes_under_another_name_are_news(shop: Warehouse) -> None:
    assert [_delivered(shop, name, q) for name, q in (("a.csv", 1), ("a.csv", 2), ("b.csv", 1))] == ["loaded"] * 3
    assert _quantities(shop) == [1, 2]


def test_a_file_corrected_to_what_another_file_holds_leaves_its_old_rows_behind(shop: Warehouse) -> None:
    states = [_delivered(shop, name, q) for name, q in (("a.csv", 1), ("b.csv", 2), ("a.csv", 2))]
    assert states == ["loaded", "loaded", "known"]
    assert _quantities(shop) == [2]
    assert verify(shop.settings) == []


def test_the_rows_of_a_file_stay_when_its_twin_is_corrected(shop: Warehouse) -> None:
    for name, quantity in (("a.csv", 1), ("b.csv", 1), ("a.csv", 2)):
        _delivered(shop, name, quantity)
    assert _quantities(shop) == [1, 2]
    _delivered(shop, "b.csv", 3)
    assert _quantities(shop) == [2, 3]


def test_a_refused_version_that_comes_again_takes_nothing_away(shop: Warehouse) -> None:
    _delivered(shop, "a.csv", 1)
    for _ in range(2):
        shop.lines("a.csv", "A,1", header="order_no,line")
        shop.run()
        _delivered(shop, "a.csv", 2)
    assert _quantities(shop) == [2]


@pytest.mark.parametrize("seed", range(3))
def test_raw_holds_the_last_content_of_every_name_after_any_history(shop: Warehouse, seed: int) -> None:
    """Oracle: a dictionary. At the end the database is lost, and landing and ledger give the same again."""
    chance, last = random.Random(seed), {}
    for _ in range(14):
        name, content = chance.choice(["a.csv", "b.csv", "c.csv"]), chance.choice([(1,), (2, 3), (4, 5, 6)])
        last[name] = content
        _delivered(shop, name, *content)
        held = Counter(q for content in set(last.values()) for q in content)
        assert Counter(_quantities(shop)) == held, last
    assert verify(shop.settings) == []
    shop.settings.work_db.unlink()
    assert repair(shop.settings) == []
    assert Counter(_quantities(shop)) == held


@pytest.fixture
def table(shop: Warehouse, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """A table of 100 orders without a cursor, and a feed that takes it whole."""
    monkeypatch.setenv("SHOP_DB", f"sqlite:///{shop.home}/shop.db")
    shop.feed(
        """
        feed: shop_orders
        system: shop
        source: {type: sql, url_env: SHOP_DB, table: orders}
        streams:
          orders: {map: {order_ref: id, ordered_at: day}}
        """
    )
    engine = sa.create_engine(f"sqlite:///{shop.home}/shop.db", poolclass=sa.pool.NullPool)
    _change(engine, "create table orders (id integer primary key, day text)")
    _change(engine, *(f"insert into orders values ({i}, '2024-01-01 10:00:00')" for i in range(100)))
    assert [r.status for r in shop.run()] == ["loaded"]
    return engine


def _change(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def _orders(shop: Warehouse) -> set[int]:
    return {int(ref) for (ref,) in shop.rows("select order_ref from raw.orders")}


def test_a_snapshot_that_lost_too_much_is_refused_until_a_person_agrees(shop: Warehouse, table: sa.Engine) -> None:
    _change(table, "delete from orders where id >= 60")
    (result,) = shop.run()
    assert (result.status, result.streams["orders"].rejected) == ("rejected", 60)
    assert "40 of the 100 records of orders are gone from the source" in result.reason
    assert _orders(shop) == set(range(100)) and shop.run() == []
    text = (shop.home / "feeds" / "shop.yml").read_text().replace("table: orders", "table: orders, max_missing: 0.5")
    shop.feed(text)
    assert [r.status for r in reoffer(shop.settings)] == ["loaded"]
    assert _orders(shop) == set(range(60))
    assert verify(shop.settings) == []


def test_a_source_that_shows_its_last_days_only_loses_nothing(shop: Warehouse, table: sa.Engine) -> None:
    text = (shop.home / "feeds" / "shop.yml").read_text().replace("table: orders", "table: orders, keep_missing: true")
    shop.feed(text)
    _change(table, "delete from orders where id < 90", "insert into orders values (100, '2024-01-02 10:00:00')")
    assert [r.status for r in shop.run()] == ["loaded"]
    assert _orders(shop) == set(range(101))


def test_rows_that_come_back_at_the_source_come_back_in_raw(shop: Warehouse, table: sa.Engine) -> None:
    _change(table, "delete from orders where id = 7")
    shop.run()
    assert _orders(shop) == set(range(100)) - {7}
    _change(table, "insert into orders values (7, '2024-01-01 10:00:00')")  # the bytes of the first snapshot
    assert [r.status for r in shop.run()] == ["loaded"]
    assert _orders(shop) == set(range(100))
    assert verify(shop.settings) == []
