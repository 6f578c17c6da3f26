"""Landing keeps whole files only, under the hash of their bytes, whatever they are called (F-01, F-18, F-38)."""

import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from orchestration.ingestion import landing
from orchestration.ingestion.landing import LandingError, find, land, sweep
from orchestration.ingestion.model import FeedError, FilesSource
from orchestration.settings import settings
from tests.ingestion.warehouse import LINES_FEED, Warehouse


def _source(path: str, **options) -> FilesSource:
    return FilesSource(type="files", path=path, **options)


@pytest.fixture
def shop(home: Path) -> Warehouse:
    return Warehouse(home)


@pytest.mark.parametrize(
    "name", ["plain.csv", "with space.csv", "订单 一月.csv", "🛒.csv", "a'b\"c.csv", "%s;$(x).csv", "x" * 200 + ".csv"]
)
def test_any_file_name_lands_under_the_hash_of_its_bytes(shop: Warehouse, name: str) -> None:  # F-18, F-92
    shop.deliver(name, "a,b\n1,2\n")
    (found,) = find(_source("in/*.csv"), settings())
    landed = land(found, settings())
    digest = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert (landed.name, landed.sha256, landed.path) == (name, digest, f"landing/{digest[:2]}/{digest}.csv")
    kept = shop.home / landed.path
    assert kept.read_bytes() == b"a,b\n1,2\n" and kept.stat().st_mode & 0o777 == 0o444


def test_hostile_names_come_through_to_the_accounting_unchanged(shop: Warehouse) -> None:  # F-92
    shop.feed()
    name = "x'; drop table ops.deliveries; --.csv"
    shop.lines(
        name, "A,1,P,1,1,2024-01-01 00:00:00", header='order_no,line,sku,qty,price,sold_at,"x""; drop table raw.orders"'
    )
    shop.lines(name, "A,1,P,1,1,2024-01-01 00:00:00,v", header='order_no,line,sku,qty,price,sold_at,"x"";\'drop"')
    shop.run()
    assert shop.rows("select file_name, loaded from ops.deliveries") == [(name, 1)]
    assert shop.rows("select _extra from raw.order_lines") == [('{"x\\";\'drop":"v"}',)]


def test_files_come_in_the_order_of_their_dates_then_names(shop: Warehouse) -> None:
    for name in ("b_20240103.csv", "z_20240101.csv", "a_20240103.csv", "c_2024-01-02.csv", "none.csv"):
        shop.deliver(name, "x")
    names = [f.name for f in find(_source("in/*.csv", version=r"_([\d-]+)\.csv"), settings())]
    assert names == ["none.csv", "z_20240101.csv", "c_2024-01-02.csv", "a_20240103.csv", "b_20240103.csv"]


def test_files_of_the_same_name_in_dated_folders_are_different_deliveries(shop: Warehouse) -> None:
    shop.feed(LINES_FEED.replace("in/*.csv", "in/*/lines.csv"))
    shop.lines("2024-01-01/lines.csv", "A,1,P,1,1,2024-01-01 00:00:00")
    shop.lines("2024-01-02/lines.csv", "B,1,P,1,1,2024-01-02 00:00:00")
    assert [r.status for r in shop.run()] == ["loaded", "loaded"]
    assert shop.rows("select file_name, status from ops.deliveries order by 1") == [
        ("2024-01-01/lines.csv", "loaded"),
        ("2024-01-02/lines.csv", "loaded"),
    ]


def test_unfinished_and_hidden_files_are_left_alone(shop: Warehouse) -> None:
    for name in ("a.csv.part", "b.csv.tmp", ".c.csv", "d.csv"):
        shop.deliver(name, "x")
    assert [f.name for f in find(_source("in/*"), settings())] == ["d.csv"]


def test_a_file_that_is_still_growing_waits_for_the_next_run(shop: Warehouse, monkeypatch) -> None:  # F-38
    monkeypatch.setattr(landing, "SETTLE_SECONDS", 0.3)
    path, stop = shop.home / "in" / "growing.csv", threading.Event()

    def upload() -> None:
        with path.open("a") as file:
            while not stop.is_set():
                file.write("1,2\n")
                file.flush()
                time.sleep(0.02)

    writer = threading.Thread(target=upload)
    writer.start()
    time.sleep(0.05)
    try:
        assert find(_source("in/*.csv"), settings()) == []
        (shop.home / "in" / "growing.csv.done").touch()  # the sender says it is whole
        assert [f.name for f in find(_source("in/*.csv"), settings())] == ["growing.csv"]
    finally:
        stop.set()
        writer.join()
    assert [f.name for f in find(_source("in/*.csv"), settings())] == ["growing.csv"]


def test_a_file_that_changes_while_it_is_copied_is_not_landed(shop: Warehouse, monkeypatch) -> None:
    path = shop.deliver("a.csv", "1,2\n" * 10)
    (found,) = find(_source("in/*.csv"), settings())
    monkeypatch.setattr(
        landing, "reach", lambda name: path.write_text("other") if name == "landing.during_copy" else None
    )
    with pytest.raises(LandingError, match="changed while it was read"):
        land(found, settings())
    assert [p for p in settings().landing.rglob("*") if p.is_file()] == []


def test_what_a_killed_copy_left_behind_is_swept(shop: Warehouse) -> None:  # F-01
    settings().landing.mkdir()
    (settings().landing / ".incoming-x").write_text("half")
    sweep(settings())
    assert list(settings().landing.iterdir()) == []


def test_symbolic_links_are_followed_and_broken_ones_ignored(shop: Warehouse) -> None:  # F-18
    target = shop.deliver("real.csv", "a\n", folder="elsewhere")
    (shop.home / "in" / "link.csv").symlink_to(target)
    (shop.home / "in" / "broken.csv").symlink_to(shop.home / "nothing")
    (found,) = find(_source("in/*.csv"), settings())
    assert (found.name, land(found, settings()).sha256) == ("link.csv", hashlib.sha256(b"a\n").hexdigest())


def test_paths_may_name_environment_variables_and_missing_ones_are_told(shop: Warehouse, monkeypatch) -> None:
    shop.deliver("a.csv", "a\n", folder="drop")
    monkeypatch.setenv("DROP_FOLDER", str(shop.home / "drop"))
    assert [f.name for f in find(_source("${DROP_FOLDER}/*.csv"), settings())] == ["a.csv"]
    with pytest.raises(FeedError, match="environment variable NOT_SET is not set"):
        find(_source("${NOT_SET}/*.csv"), settings())


def test_a_missing_folder_is_told(shop: Warehouse) -> None:
    with pytest.raises(LandingError, match="there is no such folder"):
        find(_source("nowhere/*.csv"), settings())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(shop: Warehouse) -> None:
    shop.deliver("a.csv", "a\n").chmod(0)
    (found,) = find(_source("in/*.csv"), settings())
    with pytest.raises(LandingError, match="no permission"):
        land(found, settings())
