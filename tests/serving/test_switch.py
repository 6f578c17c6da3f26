"""Publishing under readers, and what goes wrong on the way: the old release serves until the new one does."""

import os
import secrets
import subprocess
import sys

import psycopg
import pytest

from orchestration.serving import push as pushing
from orchestration.serving.push import push
from orchestration.serving.server import ServerBusy, ServingError
from orchestration.settings import REPO
from tests.release.watching import watching

SERVED = "select distinct o.release_id, c.release_id from core.fct_orders as o, marts.dim_customers as c"
PUSH = "from orchestration.serving.push import push; from orchestration.settings import settings; push(settings())"
PUSHER = "'acrm release push'"


def test_twenty_publishes_under_two_readers_without_error_or_mixture(server, small, edit, tmp_path):
    push(small.settings)
    reader = ("tests.serving.reader", "crm_analyst", "0.01")
    with watching(tmp_path, reader, reader) as told:
        ids = [edit(number) for number in (2, 3)]
        for number in range(20):  # two releases by turns: what is watched is the switch
            push(small.settings, ids[number % 2])
    assert len(told) == 2
    for seen in told:
        assert (seen["errors"], seen["mixed"], seen["unmasked"]) == ([], [], 0)
        assert seen["reads"] > 20 and len(seen["releases"]) > 5


def test_a_transaction_that_has_read_one_table_sees_the_same_release_in_all(server, small, edit):
    first = push(small.settings)
    edit(2)
    with server.connect("crm_analyst") as reader, reader.transaction():
        reader.execute("select count(*) from marts.customer_rfm").fetchall()
        with pytest.raises(ServerBusy, match="The old release serves"):
            push(small.settings, wait_s=0)
        assert reader.execute(SERVED).fetchall() == [(first.release_id, first.release_id)]
    second = push(small.settings)  # loaded already: only the switch is left
    assert second.rows == 0 and server.query(SERVED) == [(second.release_id, second.release_id)]


def test_a_snapshot_older_than_the_load_sees_the_new_release_and_no_empty_table(server, small, edit):
    push(small.settings)
    edit(2)
    with server.connect("crm_analyst") as reader:
        reader.execute("begin isolation level repeatable read")
        reader.execute("select 1").fetchall()
        second = push(small.settings)
        assert reader.execute("select count(*), min(release_id) from core.fct_orders").fetchall() == [
            (200, second.release_id)
        ]


@pytest.mark.parametrize("point", ["mid_load", "before_load_commit", "before_switch", "before_commit", "after_switch"])
def test_a_push_killed_at_any_point_leaves_a_whole_release_and_the_next_repairs(server, small, edit, point):
    first = push(small.settings)
    release_id = edit(2)
    environment = os.environ | {"CRM_HOME": str(small.settings.home), "CRM_KILL_AT": f"serving.{point}"}
    assert subprocess.run([sys.executable, "-c", PUSH], env=environment, cwd=REPO).returncode < 0
    expected = release_id if point == "after_switch" else first.release_id
    assert server.query(SERVED) == [(expected, expected)]
    assert push(small.settings).release_id == release_id
    assert server.query(SERVED) == [(release_id, release_id)]


@pytest.mark.parametrize("point", ["mid_load", "before_commit"])
def test_a_connection_lost_on_the_way_is_told_the_old_release_serves_and_the_next_push_repairs(
    server, small, edit, monkeypatch, point
):
    first = push(small.settings)
    edit(2)

    def lose(reached):
        if reached == f"serving.{point}":
            server.query(f"select pg_terminate_backend(pid) from pg_stat_activity where application_name = {PUSHER}")

    with monkeypatch.context() as patch:
        for module in ("load", "switch"):
            patch.setattr(f"orchestration.serving.{module}.reach", lose)
        with pytest.raises(ServingError, match=r"went away.*still serves") as told:
            push(small.settings)
    assert "crm:" not in str(told.value)
    assert first.storage in server.storages() and server.query(SERVED) == [(first.release_id, first.release_id)]
    second = push(small.settings)
    assert server.storages() == [first.storage, second.storage]
    assert server.query(SERVED) == [(second.release_id, second.release_id)]


def test_a_user_without_rights_is_told_which_and_changes_nothing(server, small, edit, monkeypatch):
    first = push(small.settings)
    edit(2)
    weak = f"weak_{secrets.token_hex(4)}"  # users belong to the server, not to the database of this test
    server.query(f"create role {weak} login password 'w'")
    name = server.url.rsplit("/", 1)[1]
    owner = server.url
    url = owner.replace(owner.split("//")[1].split("@")[0], f"{weak}:w")
    try:
        monkeypatch.setenv("CRM_POSTGRES_URL", url)
        with pytest.raises(ServingError, match=f"refused: permission denied for database {name}"):
            push(small.settings)
        with psycopg.connect(url) as con, pytest.raises(psycopg.errors.InsufficientPrivilege, match="schema marts"):
            con.execute("select count(*) from marts.customer_rfm")  # nobody gave this login a role
        monkeypatch.setattr("orchestration.serving.switch.rules", lambda: {"roles": {"crm_nobody": {}}})
        monkeypatch.setattr("orchestration.serving.switch.ADMIN", "")
        server.query(f"grant usage on schema acrm to {weak}; grant select on all tables in schema acrm to {weak}")
        with pytest.raises(ServingError, match=r"Role crm_nobody is missing.*administrator run: create role"):
            push(small.settings)
    finally:
        server.query(f"drop owned by {weak}; drop role {weak}")
    assert server.storages() == [first.storage] and server.query(SERVED) == [(first.release_id, first.release_id)]


def test_one_release_before_the_serving_one_is_kept_and_older_ones_go(server, small, edit):
    storages = [push(small.settings).storage]
    for number in (2, 3):
        edit(number)
        storages.append(push(small.settings).storage)
    assert server.storages() == storages[1:]
    push(small.settings)  # again: what came before the serving release is not forgotten
    assert server.storages() == storages[1:]


def test_views_that_people_built_live_on_and_stop_a_change_of_their_columns(server, small, edit):
    push(small.settings)
    server.query("create view public.mine as select edition from marts.customer_rfm")
    edit(2)
    push(small.settings)
    assert server.query("select distinct edition from public.mine") == [(2,)]
    small.change("alter table marts.customer_rfm rename edition to issue")
    small.publish()
    with pytest.raises(ServingError, match=r"view mine depends on view marts\.customer_rfm"):
        push(small.settings)
    assert server.query("select distinct edition from public.mine") == [(2,)]
    server.query("drop view public.mine")
    push(small.settings)
    assert server.query("select count(issue) from marts.customer_rfm", "crm_analyst") == [(40,)]


def test_a_table_that_is_gone_from_the_release_is_gone_here_and_foreign_tables_are_not_touched(server, small):
    push(small.settings)
    server.query("create table marts.own_work (a int)")
    small.change("drop table marts.daily_sales")
    small.publish()
    push(small.settings)
    with pytest.raises(psycopg.errors.UndefinedTable):
        server.query("select * from marts.daily_sales")
    small.change("create table marts.own_work as select 1 as a")
    small.publish()
    with pytest.raises(ServingError, match="own_work exists in this database and is not acrm's"):
        push(small.settings)
    assert server.query("select * from marts.own_work") == []


def test_two_pushes_at_once_are_one(server, small):
    with server.connect() as other:
        other.execute("select pg_advisory_lock(%s)", [pushing._PUSHING])
        with pytest.raises(ServerBusy, match="Another push"):
            push(small.settings)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "CRM_POSTGRES_URL is not set"),
        ("mysql://u:hidden@h/d", "no PostgreSQL address"),
        ("postgresql://u:hidden@127.0.0.1:1/d", "127.0.0.1:1, database d.*not reachable"),
        ("postgresql://u:hidden@h:port/d", "cannot be read|not reachable"),
    ],
)
def test_a_wrong_address_is_said_plainly_and_without_the_password(small, monkeypatch, url, says):
    monkeypatch.setenv("CRM_POSTGRES_URL", url)
    with pytest.raises(ServingError, match=says) as told:
        push(small.settings)
    assert "hidden" not in str(told.value)
