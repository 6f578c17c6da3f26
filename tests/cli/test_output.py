"""What commands print for machines and for people."""

import json

import pytest

from orchestration import pipeline
from tests.orchestration.conftest import ORDERS, write

pytestmark = pytest.mark.usefixtures("no_suites")
BAD = "order,store,amount,at\n7,A,much,2024-03-03 10:00\n8,A,1.00,2024-03-03 11:00\n"


def test_run_prints_one_json_object_whose_streams_add_up(mini, acrm):
    write(mini.home / "in" / "orders_bad.csv", BAD)
    outcome = acrm("run", "--json")
    assert outcome.code == 0, outcome.err
    facts = json.loads(outcome.out)
    orders = facts["streams"]["orders"]
    assert orders == {
        "deliveries": 2, "records_in": 5, "loaded": 4, "quarantined": 1, "rejected": 0, "counting": 4, "present": 4,
    }  # fmt: skip
    assert facts["this_run"] == {"records_in": 7, "loaded": 6, "quarantined": 1, "rejected": 0, "deliveries": 3}
    assert (facts["news"], facts["as_of"]) == (True, "2024-03-03")
    assert facts["release_id"] == pipeline.serving(mini).release_id
    again = json.loads(acrm("run", "--json").out)
    assert (again["news"], again["release_id"]) == (False, facts["release_id"])


def test_run_shows_deliveries_models_and_where_to_look_next(mini, acrm):
    write(mini.home / "in" / "orders_bad.csv", BAD)
    out = acrm("run").out
    assert "till_orders/orders_bad.csv  loaded  2 in = 1 loaded + 1 quarantined + 0 rejected" in out
    assert "core  1 built" in out and "marts  1 built" in out
    assert f"released {pipeline.serving(mini).release_id}, as of 2024-03-03" in out
    assert str(mini.current_release) in out and "acrm quarantine show" in out and "acrm dev" in out
    assert "nothing new; still serving" in acrm("run").out


def test_the_run_is_recorded_for_dagsters_pages(mini, acrm):
    import dagster as dg

    assert acrm("run").code == 0
    with dg.DagsterInstance.from_config(str(mini.home / "dagster")) as instance:
        (run,) = instance.get_runs()
        assert run.job_name == "whole_run" and run.is_success
        key = dg.AssetKey(["release", "current"])
        event = instance.get_latest_materialization_event(key)
        assert event.asset_materialization.metadata["release_id"].value == pipeline.serving(mini).release_id


def test_a_plain_run_does_the_same_without_dagster(mini, acrm):
    facts = json.loads(acrm("run", "--plain", "--json").out)
    assert facts["news"] and facts["release_id"] == pipeline.serving(mini).release_id
    assert not (mini.home / "dagster").exists()


def test_status_lists_deliveries_quarantine_and_releases(mini, acrm):
    write(mini.home / "in" / "orders_bad.csv", BAD)
    acrm("run", "--plain")
    outcome = acrm("status", "--verify", "--json")
    facts = json.loads(outcome.out)
    assert outcome.code == 0 and facts["problems"] == []
    assert {d["file_name"]: d["quarantined"] for d in facts["deliveries"]} == {
        "orders_1.csv": 0, "orders_bad.csv": 1, "stores.csv": 0,
    }  # fmt: skip
    (open_,) = facts["quarantine"]
    assert (open_["feed"], open_["column_name"], open_["records"]) == ("till_orders", "total_amount", 1)
    assert facts["releases"] == [facts["release"]]
    assert "Verified" in acrm("status", "--verify").out


def test_status_finds_rows_that_were_changed_behind_our_back(mini, acrm):
    import duckdb

    acrm("run", "--plain")
    with duckdb.connect(str(mini.work_db)) as con:
        con.execute("update raw.orders set total_amount = 11 where order_ref = '1'")
    outcome = acrm("status", "--verify", "--json")
    assert outcome.code == 5 and any("raw.orders" in problem for problem in json.loads(outcome.out)["problems"])
    assert acrm("repair").code == 0
    assert acrm("status", "--verify").code == 0


def test_quarantined_records_are_shown_exported_mended_and_loaded(mini, acrm, tmp_path):
    write(mini.home / "in" / "orders_bad.csv", BAD)
    acrm("run", "--plain")
    shown = json.loads(acrm("quarantine", "show", "--json").out)
    (line,) = shown["lines"]
    assert (line["file_name"], line["record_no"], line["value"]) == ("orders_bad.csv", 1, "much")
    assert acrm("quarantine", "export", "--to", str(tmp_path / "out")).code == 0
    exported = [p for p in (tmp_path / "out").iterdir() if not p.name.endswith(".reasons.csv")]
    assert exported[0].read_text() == BAD.splitlines()[0] + "\n" + BAD.splitlines()[1] + "\n"

    feed = mini.feeds / "till_orders.yml"
    mended = """total_amount: "replace(\\"amount\\", 'much', '99')\""""
    feed.write_text(feed.read_text().replace("""total_amount: '"amount"'""", mended))
    (result,) = json.loads(acrm("quarantine", "reoffer", "till_orders", "--json").out)
    assert result["streams"]["orders"] == {"records_in": 2, "loaded": 2, "quarantined": 0, "rejected": 0}
    assert not pipeline.is_idle(mini), "records offered again are news"
    facts = json.loads(acrm("run", "--plain", "--json").out)
    assert facts["news"] and facts["streams"]["orders"]["quarantined"] == 0


def test_releases_are_listed_verified_and_rolled_back(mini, acrm):
    acrm("run", "--plain")
    write(mini.home / "in" / "orders_2.csv", ORDERS.replace("1,A", "7,A").replace("2,B", "8,B").replace("3,A", "9,A"))
    acrm("run", "--plain")
    first, second = json.loads(acrm("release", "list", "--json").out)
    assert (first["serving"], second["serving"]) == (False, True)
    assert json.loads(acrm("release", "verify", "--json").out) == {
        "release": second["release"], "good": True, "problems": [],
    }  # fmt: skip
    outcome = acrm("release", "rollback")
    assert outcome.code == 0 and first["release"] in outcome.out
    assert pipeline.serving(mini).release_id == first["release"]
    assert json.loads(acrm("run", "--json").out)["release_id"] == first["release"], "a run keeps to the rollback"


def test_the_contract_is_shown_as_table_and_json(acrm):
    assert "order_ref" in acrm("contract", "show", "orders").out
    (orders,) = json.loads(acrm("contract", "show", "orders", "--json").out)
    assert orders["key"] == ["order_ref"] and "email" in orders["columns"]
    assert len(json.loads(acrm("contract", "show", "--json").out)) == 29


def test_the_home_option_names_the_warehouse(tmp_path, monkeypatch, acrm):
    monkeypatch.setenv("CRM_HOME", str(tmp_path / "other"))
    outcome = acrm("--home", str(tmp_path / "mine"), "check")
    assert outcome.code == 1 and str(tmp_path / "mine" / "feeds") in outcome.err
