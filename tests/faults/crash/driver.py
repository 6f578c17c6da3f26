"""The process that is killed: take in, build two small marts by plain SQL, release. With a bug it carries a fault.

Plain SQL stands in for dbt here, so that hundreds of runs fit in a test; dbt's own boundaries are killed elsewhere.
"""

import os
from collections.abc import Callable
from datetime import date

import duckdb

from orchestration import pipeline
from orchestration.ingestion import ingest, landing, ledger
from orchestration.release import files, publish
from orchestration.settings import settings

MODELS = """
create schema if not exists core; create schema if not exists marts;
create or replace table core.fct_order_lines as
    select distinct on (_system, order_ref, product_ref, ordered_at, quantity, unit_price)
        _system as system, order_ref, product_ref, ordered_at, quantity, unit_price
    from raw.order_lines order by all;
create or replace table marts.dim_customers as
    select customer_ref as customer_id, name, email from raw.customers
    qualify row_number() over (partition by customer_ref order by _version_at desc, name, email, birth_date) = 1;
create or replace table marts.daily_sales as
    select cast(ordered_at as date) as sold_on, sum(quantity * unit_price) as gross
    from core.fct_order_lines group by 1;
"""


def rows_and_accounting_in_two_transactions() -> None:
    """Rows are committed before their accounting: a kill in between leaves rows that nobody counted."""
    original = ingest.record

    def record(con, *args, **kwargs):
        con.commit()
        ingest.reach("gate.before_commit")
        con.begin()
        return original(con, *args, **kwargs)

    ingest.record = record


def deliveries_are_not_recognised() -> None:
    """The id of a delivery is drawn, not derived: what was committed but not acknowledged is loaded twice."""
    ingest.identify = lambda con, feed, sha256: (os.urandom(8).hex(), False)
    ingest.pending = lambda feed, settings, con: landing.find(feed.source, settings)


def ledger_is_written_before_the_commit() -> None:
    """The journal outside the database claims what the database then does not hold."""
    add, append = ledger.add, ledger.append

    def chained(con, entry):
        line = add(con, entry)
        append(settings(), line)
        return line

    ledger.add, ledger.append = chained, lambda *args: None


def quarantine_is_dropped() -> None:
    """Refused records are forgotten after the commit; nothing says where they went."""
    original = ingest.load

    def load(con, delivery, *args, **kwargs):
        result = original(con, delivery, *args, **kwargs)
        con.execute("delete from ops.quarantine where delivery_id = ?", [delivery.id]).fetchall()
        return result

    ingest.load = load


def current_is_written_in_place() -> None:
    """The serving file is overwritten instead of renamed: a kill leaves half a release."""

    def switch_to(settings, release_id: str) -> None:
        data = publish.release_path(settings, release_id).read_bytes()
        settings.current_release.unlink(missing_ok=True)
        with settings.current_release.open("wb") as current:
            current.write(data[: len(data) // 2])
            current.flush()
            publish.reach("release.before_switch")
            current.write(data[len(data) // 2 :])

    files.switch_to = switch_to


def landed_bytes_are_not_kept() -> None:
    """Landing keeps an empty file: whatever has to be rebuilt from it is gone."""
    original = landing._land

    def land(found, settings):
        landed = original(found, settings)
        path = settings.home / landed.path
        data = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(data[:-1])
        return landed

    landing._land = land


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        rows_and_accounting_in_two_transactions,
        deliveries_are_not_recognised,
        ledger_is_written_before_the_commit,
        quarantine_is_dropped,
        current_is_written_in_place,
        landed_bytes_are_not_kept,
    )
}


def main(bug: str | None = None) -> None:
    if bug:
        BUGS[bug]()
    here = settings()
    pipeline.ingest(here)
    with duckdb.connect(str(here.work_db)) as con:
        con.execute(MODELS)
    pipeline.publish(here, pipeline.Inputs(date(2026, 3, 5), "crash-test"))
