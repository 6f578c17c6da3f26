"""Which of several deliveries of one row counts: always the same one, and every other one is accounted for."""

import random
from datetime import datetime, timedelta

import pytest

from tests.dbt.project import Dbt, Raw

DAY = datetime(2024, 3, 1, 12)
ACCOUNTING = "stg_row_accounting"
EVENTS = (f"+{ACCOUNTING}", "stg_web__events")


def event(no: int, **changes: object) -> dict:
    row = {"event_ref": f"e{no}", "visitor_ref": f"v{no % 7}", "event_type": "page_view", "url": f"/p/{no}"}
    return row | {"occurred_at": DAY + timedelta(hours=no)} | changes


def order(no: int, version: int = 0, **changes: object) -> dict:
    row = {"order_ref": f"o{no}", "status": "placed", "currency": "GBP", "total_amount": 10 + version}
    return row | {"ordered_at": DAY, "updated_at": DAY + timedelta(days=version)} | changes


def accounts(raw: Raw, stream: str) -> list[tuple]:
    return raw.query(
        "select system, raw_rows, kept_rows, duplicate_rows, older_rows, conflicting_rows, later_rows"
        f" from staging.stg_row_accounting where stream = '{stream}' order by system"
    )


def test_exact_duplicates_of_events_are_kept_once_and_counted(dbt: Dbt, raw: Raw) -> None:
    """F-45: 5 % of the events come twice, in the same and in a later delivery."""
    clean = [event(no, _system="clean") for no in range(200)]
    doubled = [row | {"_system": "doubled"} for row in clean]
    again = [row | {"_delivery_id": f"d{1 + place % 2}"} for place, row in enumerate(doubled[::20])]
    raw.add("events", clean + doubled + again)
    dbt.run(raw.path, *EVENTS)
    columns = "event_ref, visitor_ref, event_type, url, occurred_at, occurred_on"
    staged = {
        s: raw.query(f"select {columns} from staging.stg_web__events where system = '{s}' order by all")
        for s in ("clean", "doubled")
    }
    assert staged["doubled"] == staged["clean"]
    assert len(staged["clean"]) == 200
    assert accounts(raw, "events") == [("clean", 200, 200, 0, 0, 0, 0), ("doubled", 210, 200, 10, 0, 0, 0)]


def test_two_payloads_of_one_version_have_one_winner_and_are_listed(dbt: Dbt, raw: Raw) -> None:
    """F-46: whichever payload comes first, in whatever delivery, the same one wins."""
    payloads = [order(1, status="paid"), order(1, status="cancelled"), order(1, status="shipped")]
    for place in range(6):
        rng = random.Random(place)
        shuffled = rng.sample(payloads, k=3)
        raw.add("orders", [row | {"_system": f"s{place}", "_delivery_id": f"d{rng.random()}"} for row in shuffled])
    raw.add("orders", [order(2, _system="s0")])
    dbt.run(raw.path, "+stg_version_conflicts", f"+{ACCOUNTING}")
    assert len(raw.query("select distinct status from staging.stg_sales__orders where order_ref = 'o1'")) == 1
    conflicts = raw.query(
        "select system, record_key, delivered_rows, conflicting_rows from staging.stg_version_conflicts order by 1"
    )
    assert conflicts == [(f"s{place}", "o1", 3, 2) for place in range(6)]
    assert accounts(raw, "orders")[0] == ("s0", 4, 2, 0, 0, 2, 0)


def test_the_newest_version_wins_in_twenty_orders_of_delivery(dbt: Dbt, raw: Raw) -> None:
    """F-49: stale snapshots after newer ones, physical order and delivery names at random."""
    versions = [order(no, version) for no in range(5) for version in range(4)]
    for place in range(20):
        rng = random.Random(place)
        rows = [row | {"_system": f"p{place}", "_delivery_id": f"d{rng.random()}"} for row in versions]
        raw.add("orders", rng.sample(rows, k=len(rows)))
    dbt.run(raw.path, f"+{ACCOUNTING}")
    staged = raw.query("select system, order_ref, total_amount, updated_at from staging.stg_sales__orders order by all")
    newest = [(f"o{no}", 13, DAY + timedelta(days=3)) for no in range(5)]
    assert staged == sorted((f"p{place}", *row) for place in range(20) for row in newest)
    assert {account[1:] for account in accounts(raw, "orders")} == {(20, 5, 0, 15, 0, 0)}


def test_late_events_restate_history_and_later_ones_change_no_past_report(dbt: Dbt, raw: Raw) -> None:
    """F-48: a tenth held back and loaded later ends equal to the clean delivery; as_of hides what lies after it."""
    rows = [event(no) for no in range(100)]
    raw.add("events", [row | {"_system": "clean"} for row in rows])
    raw.add("events", [row | {"_system": "late"} for place, row in enumerate(rows) if place % 10])
    dbt.run(raw.path, *EVENTS, as_of="2024-03-03")
    first_days = "select event_ref from staging.stg_web__events where system = 'clean' order by 1"
    before = raw.query(first_days)
    raw.add("events", [row | {"_system": "late", "_delivery_id": "d2"} for row in rows[::10]])
    raw.add("events", [event(no, _system="clean", _delivery_id="d2") for no in range(100, 120)])
    dbt.run(raw.path, *EVENTS, as_of="2024-03-03")
    assert raw.query(first_days) == before
    assert len(before) == 60
    assert [a[1:] for a in accounts(raw, "events")] == [(120, 60, 0, 0, 0, 60), (100, 60, 0, 0, 0, 40)]
    shown = "select event_ref, occurred_on from staging.stg_web__events where system = '{}' order by all"
    assert raw.query(shown.format("late")) == raw.query(shown.format("clean"))


def test_a_row_that_no_version_column_dates_takes_the_newest_delivery(dbt: Dbt, raw: Raw) -> None:
    old, new = (event(1, url=f"/{v}", _version_at=DAY + timedelta(days=v), _delivery_id=f"d{9 - v}") for v in (1, 2))
    raw.add("events", [new, old])
    dbt.run(raw.path, "+stg_web__events")
    assert raw.query("select url, _delivered_rows from staging.stg_web__events") == [("/2", 2)]


@pytest.mark.parametrize("column", ["email", "phone"])
def test_an_empty_part_of_a_key_is_a_value_like_others(dbt: Dbt, raw: Raw, column: str) -> None:
    row = {"visitor_ref": "v", "user_ref": "u", "email": "a@b.cd", "phone": "07700900123", "identified_at": DAY}
    raw.add("identifies", [row, row | {column: None}, row | {column: None}])
    dbt.run(raw.path, "+stg_web__identifies")
    assert raw.query(f"select {column} is null, _delivered_rows from staging.stg_web__identifies order by 1") == [
        (False, 1),
        (True, 2),
    ]
