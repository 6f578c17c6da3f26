"""The reconciler: every kind of loss between the layers is found, named and shown with its rows."""

import duckdb
import pytest

from orchestration.ingestion.store import connect
from orchestration.release.reconcile import reconcile
from tests.release.small import AS_OF, Small

ORDERS = 30


def build(small: Small) -> None:
    """Raw, staging and core of thirty orders of two lines, two deliveries, one return, one late order."""
    connect(small.settings).close()
    lineage = "_system, _delivery_id, _record_no, _version_at, _loaded_at, _zone"
    came = "timestamp '2024-07-01', timestamp '2024-07-01', 'UTC'"
    with duckdb.connect(str(small.settings.work_db)) as con:
        for schema in ("staging", "core"):
            con.execute(f"create schema {schema}")
        con.execute(f"""
            insert into raw.orders (order_ref, total_amount, currency, ordered_at, {lineage})
            select 'o' || i, 10.5 + i, 'GBP', timestamp '2024-06-01' + interval (i) day, 'pos', 'd' || i % 2, i, {came}
            from range({ORDERS + 1}) as r (i)""")
        con.execute(f"""
            insert into raw.order_lines (order_ref, line_ref, quantity, unit_price, discount_amount, {lineage})
            select 'o' || i, case when i % 3 > 0 then '' || j end, 1 + j, 2.25 + i, nullif(j, 0) * 0.1,
                   'pos', 'l' || i % 2, i * 2 + j, {came}
            from range({ORDERS + 1}) as r (i), range(2) as s (j)""")
        con.execute("""
            create table staging.stg_sales__orders as
            select _system as system, order_ref, total_amount, ordered_at::date as ordered_on, 1 as _delivered_rows
            from raw.orders where ordered_at < timestamp '2024-07-01'""")
        con.execute("""
            create table staging.stg_sales__order_lines as
            select _system as system, order_ref, line_ref, quantity, unit_price, discount_amount,
                   null::date as ordered_on, 1 as _delivered_rows
            from raw.order_lines semi join staging.stg_sales__orders using (order_ref)""")
        con.execute("""
            create table core.fct_order_lines as
            select system, system || ':' || order_ref as order_id,
                   quantity * unit_price - coalesce(discount_amount, 0) as line_amount,
                   (quantity * unit_price)::decimal(18, 4) as gross_base
            from staging.stg_sales__order_lines""")
        con.execute("""
            create table core.fct_orders as
            select system, order_id, count(*) as line_count, sum(gross_base) as gross_base,
                   case when order_id = 'pos:o1' then 4.2 else 0 end as returns_base
            from core.fct_order_lines group by all""")
        con.execute("""
            create table staging.stg_sales__returns as select 'pos' as system, 'GBP' as currency, 4.2 as amount""")
        con.execute("""
            create table core.fct_returns as
            select 'pos' as system, 'pos:o1' as order_id, 'GBP' as currency, 4.2 as amount, 4.2 as deducted_base""")
        for stream in ("orders", "order_lines"):
            con.execute(f"""
                insert into ops.deliveries
                select _delivery_id, 'tills', 'pos', '{stream}', _delivery_id || '.csv', 'h', 1, 1, now(), now(), null,
                       'loaded', null, count(*), count(*), 0, 0, null, null, 'p', null
                from raw.{stream} group by _delivery_id""")


FAULTS = {
    "a raw row lost": (
        "delete from raw.orders where order_ref = 'o4'",
        {"raw rows are the loaded records of active deliveries", "orders: keys and stated totals of raw = staging"},
    ),
    "a raw row twice": (
        "insert into raw.order_lines select * from raw.order_lines where order_ref = 'o4' and line_ref = '1'",
        {"raw rows are the loaded records of active deliveries", "order lines: every raw row reaches staging"},
    ),
    "a delivery without its rows": (
        "insert into ops.deliveries select * replace ('dx' as delivery_id) from ops.deliveries limit 1",
        {"raw rows are the loaded records of active deliveries"},
    ),
    "a row of nobody": (
        "update raw.orders set _system = null where order_ref = 'o4'",
        {"raw rows say where they come from", "orders: keys and stated totals of raw = staging"},
    ),
    "a quarantined record forgotten": (
        "update ops.deliveries set records_in = records_in + 1, quarantined = 1 where delivery_id = 'd0'",
        {"quarantine holds what deliveries say"},
    ),
    "a raw column of another type": (
        "alter table raw.surveys alter column score type double",
        {"raw columns have the types of the contract"},
    ),
    "a line lost in staging": (
        "delete from staging.stg_sales__order_lines where order_ref = 'o5' and line_ref = '1'",
        {
            "order lines: every raw row reaches staging",
            "order lines: value of raw = value of staging",
            "order lines: value of staging = value of core",
        },
    ),
    "an order with all its lines lost in staging": (
        "delete from staging.stg_sales__orders where order_ref = 'o5'; "
        "delete from staging.stg_sales__order_lines where order_ref = 'o5'",
        {
            "order lines: every raw row reaches staging",
            "orders: keys and stated totals of raw = staging",
            "order lines: value of staging = value of core",
        },
    ),
    "a cent in staging": (
        "update staging.stg_sales__order_lines set unit_price = unit_price + 0.01 where order_ref = 'o5'",
        {"order lines: value of raw = value of staging", "order lines: value of staging = value of core"},
    ),
    "a stated total changed": (
        "update staging.stg_sales__orders set total_amount = total_amount + 0.01 where order_ref = 'o6'",
        {"orders: keys and stated totals of raw = staging"},
    ),
    "a hundredth of a cent in core": (
        "update core.fct_order_lines set line_amount = line_amount + 0.0001 where order_id = 'pos:o5'",
        {"order lines: value of staging = value of core"},
    ),
    "an order lost in core": (
        "delete from core.fct_orders where order_id = 'pos:o5'",
        {"orders: value of lines = value of orders"},
    ),
    "a refund taken off twice": (
        "update core.fct_orders set returns_base = 4.2 where order_id = 'pos:o2'",
        {"orders: refunds = refunds of orders"},
    ),
    "a refund lost": (
        "delete from core.fct_returns; update core.fct_orders set returns_base = 0",
        {"returns: amounts of staging = amounts of core"},
    ),
}


@pytest.fixture
def small_layers(small: Small) -> Small:
    build(small)
    return small


def test_a_whole_candidate_accounts_for_everything(small_layers: Small) -> None:
    results = reconcile(small_layers.settings, AS_OF, suites=[])
    assert [result for result in results if not result.passed] == []
    looked_at = {result.name: result.evaluated for result in results}
    assert looked_at["raw rows are the loaded records of active deliveries"] == 3 * (ORDERS + 1)
    assert looked_at["order lines: value of raw = value of staging"] == 2 * ORDERS, "the late order is left out"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_loss_between_layers_is_found_and_shown(small_layers: Small, fault: str) -> None:
    """R18: to the last digit, and by exactly the checks that look there."""
    statement, expected = FAULTS[fault]
    small_layers.change(statement)
    failed = [result for result in reconcile(small_layers.settings, AS_OF, suites=[]) if not result.passed]
    assert {result.name for result in failed} == expected
    assert all(result.rows and result.failed for result in failed)
    assert all(result.blocks for result in failed)
