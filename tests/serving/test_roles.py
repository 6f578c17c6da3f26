"""Who sees what: every view is queried as every role, and what the model files call personal is not there."""

import psycopg
import pytest

from dashboard.text import columns as dashboard_columns
from orchestration.serving.described import UNKNOWN, described, rules
from orchestration.serving.push import push
from orchestration.serving.types import postgres_type
from orchestration.serving.views import MASK


def personal(server):
    """(schema, table, column, type, class) of every personal column, as the dashboard's definition has them."""
    listed = server.query(
        "select v.schema_name, v.view_name, a.attname::text, format_type(a.atttypid, -1) from acrm.views as v"
        " join pg_attribute as a on a.attnum > 0"
        " and a.attrelid = format('%I.%I', v.schema_name, v.view_name)::regclass order by 1, 2, 3"
    )
    return [
        (schema, table, column, kind, dashboard_columns(f"{schema}.{table}")[column].pii)
        for schema, table, column, kind in listed
        if column in (known := dashboard_columns(f"{schema}.{table}")) and known[column].pii
    ]


def test_no_personal_cell_of_the_demo_company_reaches_the_analyst(served):
    server, done = served
    found = personal(server)
    assert len(found) > 25
    with server.connect("crm_analyst") as analyst, server.connect() as owner:
        filled = 0
        for schema, table, column, kind, _ in found:
            shown = analyst.execute(f'select distinct "{column}" from "{schema}"."{table}"').fetchall()
            allowed = {(MASK,), (None,)} if kind == "text" else {(None,)}
            assert set(shown) <= allowed, (schema, table, column)
            stored = f'select count("{column}") from "{done.storage}"."{schema}__{table}"'
            filled += owner.execute(stored).fetchall()[0][0]
        assert filled > 1_000  # there was something to hide


def test_every_view_answers_the_analyst_and_text_that_nobody_described_is_masked(server, small):
    small.change("create table marts.surprise as select 'anna@example.org' as heard, 3 as n")
    small.publish()
    push(small.settings)
    assert server.query("select heard, n from marts.surprise", "crm_analyst") == [(MASK, 3)]
    assert server.query("select heard from marts.surprise", "crm_marketer") == [(MASK,)]
    with server.connect("crm_analyst") as con:
        for schema, table in server.query("select schema_name, view_name from acrm.views"):
            cells = {cell for row in con.execute(f'select * from "{schema}"."{table}"').fetchall() for cell in row}
            assert not any("@" in cell for cell in cells if isinstance(cell, str)), table


def test_the_marketer_sees_contact_data_and_the_store_manager_the_own_store(server, small):
    push(small.settings)
    assert server.query("select count(*) from marts.dim_customers where email like '%@%'", "crm_marketer") == [(40,)]
    assert server.query("select count(*) from core.fct_orders", "crm_marketer") == [(200,)]
    server.query('create role "o\'hara" login; grant crm_store_manager to "o\'hara"')
    assert server.query("select count(*) from core.fct_orders", "o'hara") == [(0,)]  # no store of his own yet
    server.query("insert into acrm.store_managers values ('o''hara', 'store-1')")
    assert server.query("select distinct store_id from core.fct_orders", "o'hara") == [("store-1",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        server.query("select * from marts.dim_customers", "o'hara")  # everybody's customers, no store to cut by
    with server.connect("o'hara") as con:  # a function that would tell of rows that the rule drops
        con.execute("create function pg_temp.tell(text) returns bool cost 0.000001 language plpgsql as "
                    "$$begin if $1 <> 'store-1' then raise 'saw %', $1; end if; return true; end$$")  # fmt: skip
        assert con.execute("select count(*) > 0 from core.fct_orders where pg_temp.tell(store_id)").fetchall() == [
            (True,)
        ]


def test_nobody_but_the_owner_reaches_the_tables_below_or_the_engines_own(server, small):
    storage = push(small.settings).storage
    for role in rules()["roles"]:
        for table in (f'"{storage}".core__fct_orders', "acrm.store_managers", "acrm.serving"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                server.query(f"select * from {table}", role)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            server.query("delete from core.fct_orders", role)


def test_a_right_given_by_hand_ends_with_the_next_push(server, small, edit):
    push(small.settings)
    server.query("grant select on marts.dim_customers to crm_store_manager")
    edit(2)
    push(small.settings)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        server.query("select * from marts.dim_customers", "crm_store_manager")


def test_personal_means_the_same_here_as_in_the_dashboard(served):
    for schema, table, column, kind, pii in personal(served[0]):
        assert described(f"{schema}.{table}").pii_of(column, kind) == pii
    assert described("marts.no_such_table").pii_of("note", postgres_type("", "", "VARCHAR")) == UNKNOWN
