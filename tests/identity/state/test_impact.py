"""What a change of identity moves is told before a release, and stops it when it is much."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.identity.impact import assess
from orchestration.ingestion.store import create_tables
from orchestration.release.publish import publish
from orchestration.settings import Settings

PERSONS = 400


class Candidate:
    """400 people with one account and one order each; person i spent i."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, base_currency="GBP", as_of=None, threads=2, releases_kept=3)
        home.mkdir(parents=True)
        self.build("i")

    def build(self, person: str, orders: int = PERSONS) -> None:
        """`person` is SQL that gives the number of the person of account i."""
        with duckdb.connect(str(self.settings.work_db)) as con:
            create_tables(con)
            con.execute(f"""
                create schema if not exists identity;
                create schema if not exists core;
                create schema if not exists marts;
                create or replace table marts.bridge_customer_identities as
                select 'shop' as system, 'customers' as stream, i::varchar as record_ref,
                       'c_' || {person} as customer_id
                from range({PERSONS}) as r (i);
                create or replace table core.fct_orders as
                select 'o' || i as order_id, 'c_' || {person} as customer_id, false as is_cancelled,
                       (i + 1)::decimal(18, 4) as sales_base
                from (select n % {PERSONS} as i from range({orders}) as r (n));
                create or replace table marts.customer_rfm as
                select customer_id, case when sum(sales_base) > 200 then 'high' else 'low' end as rfm_segment
                from core.fct_orders group by customer_id;
                create or replace table identity.identity_persons as
                select i as point_no, 'customers:shop:' || i as point_id, {person} as cluster_no,
                       'c_' || {person} as customer_id from range({PERSONS}) as r (i);
                create table if not exists identity.identity_override_points
                (line_no integer, action varchar, point_a bigint, point_b bigint, status varchar)""")

    def judged(self) -> dict[str, tuple[bool, bool]]:
        """(passed, blocks) per check."""
        return {check.name: (check.passed, check.blocks) for check in assess(self.settings)}

    def rows(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.settings.work_db)) as con:
            return con.execute(sql).fetchall()


@pytest.fixture
def candidate(tmp_path: Path) -> Candidate:
    found = Candidate(tmp_path / "home")
    assess(found.settings)
    publish(found.settings, date(2024, 6, 30), "first")
    return found


def test_the_same_identity_moves_nothing_whatever_was_sold_since(candidate):
    candidate.build("i", orders=3 * PERSONS)
    assert set(candidate.judged().values()) == {(True, False)}
    assert candidate.rows("select * from ops.identity_impact where before <> after") == []


def test_many_merged_persons_stop_the_release_until_they_are_accepted(candidate, monkeypatch):
    candidate.build("i // 2")
    judged = candidate.judged()
    assert judged["identity change: persons"] == (False, True)
    message = next(c.message for c in assess(candidate.settings) if c.name == "identity change: persons")
    assert "CRM_ACCEPT_IDENTITY=yes" in message
    monkeypatch.setenv("CRM_ACCEPT_IDENTITY", "yes")
    assert candidate.judged()["identity change: persons"] == (False, False)


def test_a_few_merged_persons_are_told_and_pass(candidate):
    candidate.build("case when i < 20 then i // 2 else i end")
    assert set(candidate.judged().values()) == {(True, False)}
    told = dict(candidate.rows("select metric || ' ' || part, (before, after) from ops.identity_impact"))
    assert told["persons all"] == (400, 390)
    assert told["records moved"] == (0, 19)
    revenue = candidate.rows("select sum(before), sum(after) from ops.identity_impact where metric = 'revenue by tier'")
    assert revenue == [(80200, 80200)], "the same money, ranked by other persons"


def test_revenue_that_changes_its_tier_is_counted(candidate):
    candidate.build("case when i >= 340 then 399 else i end")
    assert candidate.judged()["identity change: revenue by tier"] == (False, True)


def test_decisions_that_the_persons_do_not_show_stop_the_release(candidate):
    with duckdb.connect(str(candidate.settings.work_db)) as con:
        lines = [(2, "merge", 1, 1), (3, "merge", 1, 2), (4, "forbid", 5, 5), (5, "forbid", 6, 7)]
        for line_no, action, a, b in lines:
            con.execute(
                "insert into ops.identity_overrides "
                "values (?, ?, 'customers', 'shop', '1', null, null, null, 'Ann', date '2024-01-01', 'x', null)",
                [line_no, action],
            )
            con.execute(
                "insert into identity.identity_override_points values (?, ?, ?, ?, 'applied')", [line_no, action, a, b]
            )
    held = next(check for check in assess(candidate.settings) if check.name == "identity overrides hold")
    assert held.blocks
    assert "lines 3, 4" in held.message
    assert candidate.rows("select status from ops.identity_overrides order by line_no") == [
        ("applied",), ("not obeyed",), ("not obeyed",), ("applied",),
    ]  # fmt: skip
