"""Readers during publishing: no error, never two releases in one session, old handles keep their snapshot."""

from pathlib import Path

import duckdb

from orchestration.release.connect import connect
from tests.release.small import Small
from tests.release.watching import watching

PUBLISHES = 60
PAUSE = 0.4  # between the sessions of a reader, in seconds


def test_sixty_publishes_under_four_readers_show_no_error_and_no_mixture(small: Small, tmp_path: Path) -> None:
    """F-73, R6: plain DuckDB connections and SQLAlchemy, each session over four tables."""
    small.build(orders=50).publish()
    current, made = str(small.settings.current_release), []
    kinds = ("duckdb", "duckdb", "duckdb", "sqlalchemy")
    with watching(tmp_path, *(("tests.release.reader", current, kind, str(PAUSE)) for kind in kinds)) as seen:
        for edition in range(2, PUBLISHES + 2):
            made.append(small.edit(edition).publish().release_id)
    assert [one["errors"] for one in seen] == [[]] * 4
    assert [one["mixed"] for one in seen] == [[]] * 4
    assert len(set(made)) == PUBLISHES
    for one in seen:
        assert len(one["releases"]) > PUBLISHES / 6, "the reader was hardly there"
        assert one["releases"] == sorted(one["releases"]), "a reader went back in time"


def test_a_long_open_handle_keeps_its_snapshot_while_new_ones_see_the_new_release(small: Small) -> None:
    """F-10, F-22: ten publishes prune the file under the old handle."""
    first = small.build(edition=1).publish()
    old = duckdb.connect(str(small.settings.current_release), read_only=True)
    ours = connect(small.settings)
    for edition in range(2, 12):
        last = small.build(edition=edition, orders=50).publish()
    try:
        for handle in (old, ours):
            assert handle.execute("select release_id from ops.release").fetchall() == [(first.release_id,)]
            assert handle.execute("select count(*), sum(edition) from core.fct_orders").fetchall() == [(400, 400)]
        with connect(small.settings) as fresh:  # the same process: DuckDB would share the old file by its path
            assert fresh.execute("select release_id from ops.release").fetchall() == [(last.release_id,)]
    finally:
        old.close()
        ours.close()


ESCAPES = [
    "select * from read_text('/etc/hostname')",
    "select * from read_blob('/proc/self/environ')",
    "select * from '/etc/passwd.csv'",
    "select * from glob('/etc/*')",
    "copy core.fct_orders to '/tmp/stolen.csv'",
    "copy core.fct_orders from '/etc/hostname'",
    "export database '/tmp/stolen'",
    "attach '/tmp/other.duckdb'",
    "attach ':memory:' as mine",
    "install httpfs",
    "load httpfs",
    "create secret mine (type s3)",
    "set enable_external_access = true",
    "reset enable_external_access",
    "set lock_configuration = false",
    "set allowed_directories = ['/']",
    "select * from a_frame_of_the_program",
    "create table core.mine as select 1 as x",
    "update marts.dim_customers set email = ''",
    "delete from core.fct_orders",
    "drop table marts.customer_rfm",
]


def test_an_analyst_connection_reads_the_release_and_nothing_else(small: Small) -> None:
    """F-93: other files, the network, settings, variables of the program, and changes are all refused."""
    import pandas as pd

    a_frame_of_the_program = pd.DataFrame({"secret": [1]})
    small.build(orders=50).publish()
    with connect(small.settings) as con:
        escaped = []
        for sql in ESCAPES:
            try:
                con.execute(sql).fetchall()
                escaped.append(sql)
            except duckdb.Error:
                continue
        assert escaped == [] and len(a_frame_of_the_program) == 1
        assert con.execute("select count(*) from core.fct_orders").fetchall() == [(50,)]
