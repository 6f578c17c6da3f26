"""A bad candidate is not released: the old release serves on, and the error names the check and the rows."""

import os
from pathlib import Path

import pytest

from data_quality import volume
from data_quality.results import GateFailed, blocking, require
from data_quality.runner import run_suites
from data_quality.volume import volume_gates
from orchestration.ingestion.store import connect
from orchestration.release.reconcile import reconcile
from tests.release.small import AS_OF, Small

PLANTED = {
    "a key twice": (
        "insert into core.fct_orders select * from core.fct_orders where order_id = 's:o7'",
        "core.fct_orders unique(order_id)",
        "order_id=s:o7",
    ),
    "a key missing": (
        "update marts.customer_rfm set customer_id = null where customer_id = 'c3'",
        "marts.customer_rfm filled(customer_id)",
        "customer_id=",
    ),
    "a value outside its range": (
        "update marts.customer_rfm set r_score = 6 where customer_id = 'c3'",
        "marts.customer_rfm between(r_score)",
        "customer_id=c3, r_score=6",
    ),
    "an unknown status": (
        "update core.fct_orders set status = 'lost' where order_id = 's:o8'",
        "core.fct_orders one_of(status)",
        "order_id=s:o8, status=lost",
    ),
    "a required value missing": (
        "update core.fct_orders set customer_id = null where order_id = 's:o8'",
        "core.fct_orders filled(customer_id)",
        "order_id=s:o8",
    ),
    "a negative amount": (
        "update core.fct_orders set net_base = -0.01 where order_id = 's:o8'",
        "core.fct_orders between(net_base)",
        "net_base=-0.01",
    ),
    "an address without its sign": (
        "update marts.dim_customers set email = 'nobody' where customer_id = 'c9'",
        "marts.dim_customers matches(email)",
        "customer_id=c9, email=(personal)",
    ),
    "an event after the last day": (
        "update core.fct_orders set ordered_on = date '2024-07-01' where order_id = 's:o8'",
        "core.fct_orders ordered_on not after as_of",
        "order_id=s:o8, ordered_on=2024-07-01",
    ),
    "an empty mart": ("delete from marts.daily_sales", "marts.daily_sales not_empty", ""),
    "a mart gone": ("drop table marts.daily_sales", "marts.daily_sales exists", ""),
    "a column gone": ("alter table marts.customer_rfm drop r_score", "marts.customer_rfm exists", "r_score"),
}


@pytest.fixture
def released(small: Small) -> Small:
    connect(small.settings).close()
    small.build(edition=1).publish()
    return small.build(edition=2)


def audit(small: Small) -> list:
    suites = small.suites()
    return [*run_suites(small.settings, "marts", suites=suites), *reconcile(small.settings, AS_OF, suites)]


def test_a_clean_candidate_passes_every_check(released: Small) -> None:
    results = audit(released)
    assert [result for result in results if not result.passed] == []
    require(results)
    by_name = {result.name: result for result in results}
    assert by_name["core.fct_orders filled(customer_id)"].evaluated == 400
    assert by_name["marts.customer_rfm between(r_score)"].evaluated == 40


@pytest.mark.parametrize("fault", PLANTED)
def test_one_bad_row_in_a_mart_stops_the_release(released: Small, fault: str) -> None:
    """F-71, R15."""
    statement, check, row = PLANTED[fault]
    released.change(statement)
    with pytest.raises(GateFailed) as caught:
        require(audit(released))
    assert check in str(caught.value)
    assert row in str(caught.value)
    assert {edition for _, edition in released.served()} == {1}


def test_a_bad_row_outside_the_sample_is_found(released: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    from data_quality import runner

    monkeypatch.setattr(runner, "SAMPLE_ROWS", 20)
    for order in range(0, 400, 57):
        released.build(edition=2).change(f"update core.fct_orders set status = 'lost' where order_id = 's:o{order}'")
        failed = blocking(run_suites(released.settings, "marts", suites=released.suites()))
        assert [result.name for result in failed] == ["core.fct_orders one_of(status)"]
        assert failed[0].rows == [{"order_id": f"s:o{order}", "status": "lost"}]
        assert failed[0].evaluated < 100
        assert "sample" in failed[0].message


def test_a_suite_that_evaluates_nothing_fails(released: Small) -> None:
    """Map expectations pass on nulls; a suite that saw no value must not count as passed."""
    from data_quality.rules import Rule, Suite

    released.change("update core.fct_orders set status = null")
    only = Rule("one_of", ("status",), "critical", "States.", allowed=("paid",))
    results = run_suites(released.settings, "marts", suites=[Suite("core", "fct_orders", (only,))])
    assert [result.name for result in blocking(results)] == ["core.fct_orders evaluated"]


VOLUMES = {
    "no row left": ("delete from core.fct_orders", True),
    "half the rows": ("delete from core.fct_orders where order_id in (select 's:o' || i from range(200) r (i))", True),
    "four times the rows": (
        "create table more as select o.* replace (order_id || '-' || i as order_id) "
        "from core.fct_orders as o, range(3) r (i); insert into core.fct_orders from more; drop table more",
        True,
    ),
    "the table gone": ("drop table core.fct_orders", True),
    "two fifths less": (
        "delete from core.fct_orders where order_id in (select 's:o' || i from range(160) r (i))",
        False,
    ),
    "a small table halved": ("delete from marts.dim_customers where customer_id < 'c3'", False),
    "a new table": ("create table marts.new_mart as select 1 as x", False),
}


@pytest.mark.parametrize("change", VOLUMES)
def test_a_change_of_volume_beyond_the_limits_blocks_until_it_is_accepted(
    released: Small, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """F-72."""
    statement, blocks = VOLUMES[change]
    released.change(statement)
    failed = blocking(volume_gates(released.settings))
    assert [result.table for result in failed] == (["core.fct_orders"] if blocks else [])
    monkeypatch.setitem(os.environ, "CRM_ACCEPT_VOLUME", "core.fct_orders")
    assert blocking(volume_gates(released.settings)) == []


def test_findings_may_become_more_or_none_but_their_table_stays(
    released: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(volume._thresholds(), "findings", ["core.fct_orders"])
    for statement, blocks in (
        (VOLUMES["four times the rows"][0], False),
        (VOLUMES["no row left"][0], False),
        (
            VOLUMES["the table gone"][0],
            True,
        ),
    ):
        released.change(statement)
        assert bool(blocking(volume_gates(released.settings))) is blocks


def test_the_names_of_findings_are_released_tables(repo: Path) -> None:
    models = {f"marts.{file.stem}" for file in (repo / "dbt_project/models/marts").rglob("*.sql")}
    assert set(volume._thresholds()["findings"]) <= models


def test_the_first_release_has_nothing_to_compare_with(small: Small) -> None:
    assert volume_gates(small.build().settings) == []


def test_a_source_that_suddenly_delivers_nothing_blocks(released: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    def deliver(seq: int, feed: str, records: int) -> str:
        status = "loaded" if records else "empty"
        return (
            f"insert into ops.deliveries values ('{feed}{seq}', '{feed}', 's', 'orders', '{feed}{seq}.csv', 'h', 1, "
            f"{seq}, now(), now(), null, '{status}', null, {records}, {records}, 0, 0, null, null, 'p', null)"
        )

    released.change(deliver(1, "tills", 40), deliver(2, "shop", 0), deliver(3, "shop", 9), deliver(4, "tills", 0))
    failed = blocking(volume_gates(released.settings))
    assert [result.name for result in failed] == ["tills newest delivery"]
    assert "tills4.csv is empty; earlier ones brought 40 records" in failed[0].message
    assert "CRM_ACCEPT_VOLUME=tills" in failed[0].message
    monkeypatch.setitem(os.environ, "CRM_ACCEPT_VOLUME", "tills")
    assert blocking(volume_gates(released.settings)) == []
    monkeypatch.delitem(os.environ, "CRM_ACCEPT_VOLUME")
    released.change(deliver(5, "tills", 7))
    assert blocking(volume_gates(released.settings)) == []
