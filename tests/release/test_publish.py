"""Publishing: what a release file holds, that it is sealed, and what needs no new file."""

import json
import os
import signal
import subprocess
import sys
from datetime import date

import duckdb
import pytest

from orchestration.release import files
from orchestration.release.model import ReleaseError, list_releases, manifest_path, release_path
from orchestration.release.publish import publish
from tests.release.small import AS_OF, Small


def test_every_table_is_released_row_for_row_and_carries_the_release_id(small: Small) -> None:
    info = small.build(edition=4).publish()
    tables = {f"{s}.{t}" for s, t in small.current(
        "select schema_name, table_name from duckdb_tables() where database_name = 'served'"
    )}  # fmt: skip
    assert tables == {
        "core.fct_orders", "marts.dim_customers", "marts.customer_rfm", "marts.daily_sales",
        "marts.row_accounting", "ops.quarantine", "ops.release",
    }  # fmt: skip
    with duckdb.connect() as con:
        con.execute(f"attach '{small.settings.work_db}' as w (read_only); attach '{info_path(small, info)}' as r")
        for table in sorted(tables - {"ops.quarantine", "ops.release"}):
            for one, other in (("w", "r"), ("r", "w")):
                columns = "* exclude (release_id)" if one == "r" else "*"
                back = "* exclude (release_id)" if other == "r" else "*"
                difference = f"select {columns} from {one}.{table} except all select {back} from {other}.{table}"
                assert con.execute(difference).fetchall() == []
    assert small.served() == {(info.release_id, 4)}


def info_path(small: Small, info) -> str:
    return str(release_path(small.settings, info.release_id))


def test_the_release_row_and_the_manifest_say_the_same(small: Small) -> None:
    info = small.build().publish("print")
    row = small.current("select release_id, as_of, built_at, content_hash, fingerprint, versions from ops.release")
    assert row == [
        (info.release_id, AS_OF, info.built_at, info.content_hash, "print", json.dumps(info.versions)),
    ]  # fmt: skip
    manifest = json.loads(manifest_path(small.settings, info.release_id).read_text())
    file = release_path(small.settings, info.release_id)
    assert manifest["sha256"] == files.sha256_of(file)
    assert manifest["bytes"] == file.stat().st_size
    assert manifest["tables"]["core.fct_orders"]["rows"] == 400
    assert list_releases(small.settings) == [info.found()]
    assert file.stat().st_mode & 0o222 == 0


def test_quarantine_is_released_without_what_people_wrote(small: Small) -> None:
    small.build().publish()
    rows = small.current("select column_name, value, rule, message, content from ops.quarantine order by 1")
    assert rows == [
        ("currency", "ZZZ", "not_a_number", "ZZZ is wrong", None),
        ("email", None, "not_a_number", "not_a_number", None),
    ]
    assert b"anna@" not in small.settings.current_release.read_bytes().replace(b"@example.org", b"")


def test_comments_of_tables_reach_the_release(small: Small) -> None:
    small.build().publish()
    found = small.current("select comment from duckdb_tables() where table_name = 'fct_orders'")
    assert found == [("One row per order of the customer's.",)]


def test_the_same_content_again_makes_no_new_release(small: Small) -> None:
    first = small.build().publish()
    again = small.build(seed=5).publish()
    assert (again.release_id, again.created) == (first.release_id, False)
    assert len(list_releases(small.settings)) == 1


@pytest.mark.parametrize("what", ["content", "as_of", "fingerprint"])
def test_news_of_any_kind_makes_a_new_release(small: Small, what: str) -> None:
    first = small.build().publish("f")
    small.build(edition=2 if what == "content" else 1)
    as_of = date(2024, 7, 1) if what == "as_of" else AS_OF
    second = publish(small.settings, as_of, "g" if what == "fingerprint" else "f")
    assert second.created
    assert second.number == first.number + 1
    assert small.current("select release_id from ops.release") == [(second.release_id,)]


def test_the_newest_k_releases_are_kept_and_the_serving_one_always(small: Small) -> None:
    made = [small.build(edition=n).publish().release_id for n in range(1, 5)]
    assert [info.release_id for info in list_releases(small.settings)] == made[-3:]
    assert {path.name for path in small.settings.releases.iterdir()} == {
        "current.duckdb", *(f"{name}{end}" for name in made[-3:] for end in (".duckdb", ".json")),
    }  # fmt: skip
    files.switch_to(small.settings, made[1])
    files.prune(Small(small.settings.home, kept=1).settings)
    assert [info.release_id for info in list_releases(small.settings)] == [made[1], made[3]]


def test_a_left_over_wal_refuses_the_hand_over(small: Small) -> None:
    """F-16: a writer that dies leaves rows in the log; the file without its log would silently lack them."""
    path = small.settings.home / "unfinished.duckdb"
    script = (
        "import duckdb, os, sys; con = duckdb.connect(sys.argv[1]); con.execute('create table t as select 1 as x'); "
        f"os.kill(os.getpid(), {int(signal.SIGKILL)})"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert files.wal_of(path).exists()
    with pytest.raises(ReleaseError, match="write-ahead log"):
        files.seal(path)


def test_publishing_refuses_when_the_copy_lost_a_row(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.release import publish as module

    small.build(edition=1).publish()
    small.build(edition=2)
    whole = module.copy_tables

    def lossy(con, tables, *rest):
        whole(con, tables, *rest)
        con.execute("delete from release_file.marts.daily_sales where sold_on = date '2024-01-05'")

    monkeypatch.setattr(module, "copy_tables", lossy)
    with pytest.raises(ReleaseError, match=r"marts\.daily_sales differs"):
        small.publish()
    assert {edition for _, edition in small.served()} == {1}


def test_errors_name_what_to_do(small: Small) -> None:
    with pytest.raises(ReleaseError, match="acrm run"):
        small.publish()
    small.change("create schema core")
    with pytest.raises(ReleaseError, match="no table in core, marts or scores"):
        small.publish()


def test_a_file_system_without_hard_links_gets_copies(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    made = [small.build(edition=n).publish() for n in (1, 2)]
    assert small.served() == {(made[1].release_id, 2)}
    assert files.current_id(small.settings) == made[1].release_id
    assert small.settings.current_release.stat().st_nlink == 1
