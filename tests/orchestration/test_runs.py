"""Whole runs through Dagster, in this process."""

import dagster as dg
import pytest

from orchestration import pipeline
from orchestration.components.instance import prepare
from tests.orchestration.conftest import ORDERS, write

pytestmark = pytest.mark.usefixtures("no_suites")


def execute(settings, **config):
    from orchestration.definitions import defs

    prepare(settings)
    job = defs().resolve_job_def("whole_run")
    resources = {"warehouse": {"config": config}} if config else {}
    loggers = {"console": {"config": {"log_level": "CRITICAL"}}}
    with dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(
            instance=instance, raise_on_error=False, run_config={"resources": resources, "loggers": loggers}
        )
        materialized = {e.asset_key.to_user_string() for e in result.get_asset_materialization_events()}
        return result, materialized


def test_a_run_materialises_everything_with_evidence_and_the_next_one_only_looks(mini):
    result, materialized = execute(mini)
    assert result.success
    assert {
        "feeds/till_orders",
        "raw/orders",
        "core/fct_orders",
        "marts/daily_sales",
        "release/current",
    } <= materialized
    facts = {
        e.asset_key.to_user_string(): e.materialization.metadata for e in result.get_asset_materialization_events()
    }
    assert facts["feeds/till_orders"]["loaded"].value == 3
    assert facts["feeds/till_orders"]["bytes"].value == len(ORDERS)
    assert facts["raw/orders"]["dagster/row_count"].value == 3
    assert facts["core/fct_orders"]["dagster/row_count"].value == 3
    assert facts["release/current"]["release_id"].value == pipeline.serving(mini).release_id
    assert len(facts["release/current"]["sha256"].value) == 64
    checks = result.get_asset_check_evaluations()
    assert len(checks) == 29 * 2 + 6 + 2 and all(check.passed for check in checks)

    result, materialized = execute(mini)
    assert result.success
    assert materialized == {"feeds/till_orders", "feeds/till_stores"}, "nothing new: all that follows is skipped"


def test_a_failed_gate_keeps_the_release_and_the_check_shows_the_rows(mini):
    execute(mini)
    before = pipeline.serving(mini).release_id
    write(mini.home / "in" / "orders_2.csv", "order,store,amount,at\n1,A,3.00,2024-03-05 10:00\n")
    result, materialized = execute(mini)
    assert not result.success
    assert "release/current" not in materialized and "release/candidate" not in materialized
    assert pipeline.serving(mini).release_id == before
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert [check.check_name for check in failed] == ["unique_fct_orders_order_id"]
    assert "till:1" in failed[0].description


def test_lost_rows_stop_at_the_accounting_check(mini):
    import duckdb

    pipeline.ingest(mini)
    with duckdb.connect(str(mini.work_db)) as con:
        con.execute("delete from raw.orders where order_ref = '2'")
    result, materialized = execute(mini)
    assert not result.success and "core/fct_orders" not in materialized
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert [(c.asset_key.to_user_string(), c.check_name) for c in failed] == [("raw/orders", "accounting")]
    assert "2 rows in the table of 3 that count" in failed[0].description


def test_parts_of_the_graph_can_be_built_alone(mini):
    from orchestration.definitions import defs

    pipeline.ingest(mini)
    prepare(mini)
    everything = defs()
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            list(everything.assets),
            selection=dg.AssetSelection.keys("core/fct_orders"),
            resources=everything.resources,
            instance=instance,
        )
    assert result.success
    made = {e.asset_key.to_user_string() for e in result.get_asset_materialization_events()}
    assert made == {"core/fct_orders"}


def test_a_run_fails_at_once_when_another_process_writes(mini, other_process):
    import subprocess
    import sys

    code = "from orchestration import pipeline\nfrom orchestration.settings import settings\nimport time\n" + (
        "with pipeline.exclusive(settings()):\n print('held', flush=True)\n time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline().strip() == "held"
        result, materialized = execute(mini)
        assert not result.success and not materialized
        told = " ".join(str(event.event_specific_data) for event in result.all_events if event.is_failure)
        assert str(holder.pid) in told, "the message names the process that writes"
    finally:
        holder.kill()
        holder.wait()
    assert execute(mini)[0].success, "the lock of a killed process is free"
