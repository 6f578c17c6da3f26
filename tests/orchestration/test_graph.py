"""What Dagster loads: exactly these assets, fast, and without a warehouse (STYLE T2)."""

import json
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.test_utils import freeze_time
from dagster._time import get_current_datetime

from ml.scoring import SCORERS, scorers
from orchestration.components.instance import prepare
from orchestration.contract import streams
from orchestration.dbt import Project, group_of
from orchestration.fingerprint import project_hash
from orchestration.settings import DBT_PROJECT, REPO, settings

PARSED = pytest.mark.usefixtures("dbt")  # it has parsed the real project, which takes half a minute


def load() -> dg.Definitions:
    from orchestration.definitions import defs

    return defs()


def graph():
    return load().get_repository_def().asset_graph


def names(keys) -> set[str]:
    return {key.to_user_string() for key in keys}


RAW = {f"raw/{name}" for name in streams()}


def test_the_graph_materialises_exactly_feeds_streams_models_and_the_release(mini):
    feeds = {"feeds/till_orders", "feeds/till_stores"}
    models = {"core/fct_orders", "marts/daily_sales"}
    assert names(graph().materializable_asset_keys) == RAW | feeds | models | {"release/candidate", "release/current"}
    assert not mini.work_db.exists(), "loading the graph must not need or make a warehouse"


def test_every_data_test_and_every_stream_has_a_check_and_they_block(mini):
    checks = {check.to_user_string() for check in graph().asset_check_keys}
    dbt = {
        "core/fct_orders:unique_fct_orders_order_id",
        "core/fct_orders:not_null_fct_orders_order_id",
        "core/fct_orders:no_order_is_worth_666",
        "marts/daily_sales:unique_daily_sales_ordered_on",
        "marts/daily_sales:not_null_daily_sales_amount",
        "marts/daily_sales:assert_no_day_loses_money",
    }
    gates = {f"{raw}:{name}" for raw in RAW for name in ("accounting", "expectations")}
    audit = {f"release/candidate:{name}" for name in ("expectations_and_volume", "reconciler")}
    assert checks == dbt | gates | audit
    soft = {key.to_user_string() for key in graph().asset_check_keys if not graph().get(key).blocking}
    assert soft == {"core/fct_orders:no_order_is_worth_666"}, "a dbt test of severity warn does not block"


def test_streams_hang_on_the_feeds_that_fill_them_and_models_on_streams(mini):
    found = graph()

    def parents(key):
        return names(found.get(dg.AssetKey(key.split("/"))).parent_keys)

    assert parents("raw/orders") == {"feeds/till_orders"}
    assert parents("raw/tickets") == set()
    assert parents("core/fct_orders") == {"raw/orders"}
    assert parents("release/candidate") == {"core/fct_orders", "marts/daily_sales"}
    assert parents("release/current") == {"release/candidate"}


@PARSED
def test_the_real_project_is_in_the_graph_node_by_node(home, monkeypatch):
    monkeypatch.delenv("CRM_DBT_PROJECT", raising=False)
    found = graph()
    manifest = json.loads((home / "dbt_target" / "manifest.json").read_text())
    nodes = [n for n in manifest["nodes"].values() if n["resource_type"] in ("seed", "model", "snapshot")]
    expected = {f"{group_of(n).split('/')[0]}/{n['name']}" for n in nodes}
    assert len(expected) == len(nodes), "two nodes share a key"
    scores = {f"scores/{table}" for scorer in SCORERS.values() for table in scorer.writes} | {"scores/model_cards"}
    release = {"release/candidate", "release/current"}
    assert names(found.materializable_asset_keys) == RAW | expected | scores | release
    assert scores <= names(found.get(dg.AssetKey(["release", "candidate"])).parent_keys), "a release waits for scores"
    files = {p.stem for p in (DBT_PROJECT / "models").rglob("*.sql")}
    assert files == {n["name"] for n in nodes if n["resource_type"] == "model"}, "a model file that dbt does not see"
    external = names(found.get_all_asset_keys()) - names(found.materializable_asset_keys)
    state = {name for name in external if name.startswith("ops/identity_")}  # carried on from release to release
    assert external == state, "something is read that nothing makes"


@PARSED
def test_what_scorers_read_does_not_stand_on_scores(home, monkeypatch):
    """Else dbt's two steps would wait for each other."""
    monkeypatch.delenv("CRM_DBT_PROJECT", raising=False)
    project = Project(settings())
    nodes = project.manifest()["nodes"]
    scored = {f"{nodes[uid]['schema']}.{nodes[uid]['name']}" for uid in project.scored() if uid in nodes}
    assert {"marts.customer_outlook", "marts.segment_facts", "marts.segment_members"} <= scored
    read = {relation for scorer in SCORERS.values() for relation in scorer.reads if not relation.startswith("scores.")}
    assert read & scored == set()
    without = [name for name, scorer in SCORERS.items() if "core.fct_surveys" not in scorer.reads]
    assert list(scorers(read - {"core.fct_surveys"})) == without != list(SCORERS)
    assert "ml.scorecard" not in scorers(read - {"core.fct_orders"}), "it reads what lifetime value writes"


def test_loading_the_graph_again_imports_neither_dbt_nor_great_expectations(mini, other_process):
    load()
    code = """
        import sys
        from orchestration.definitions import defs
        defs().get_repository_def()
        print(sorted({"dbt", "dagster_dbt", "great_expectations", "sklearn", "dlt"} & set(sys.modules)))
    """
    other = other_process(code, PYTHONPATH=str(REPO))
    assert other.stdout.strip() == "[]", other.stdout + other.stderr


def test_layers_have_freshness_policies_and_automation_conditions_have_names(mini):
    specs = {spec.key.to_user_string(): spec for spec in load().resolve_all_asset_specs()}
    late = {name: spec.freshness_policy is not None for name, spec in specs.items()}
    fed = {"feeds/till_orders", "feeds/till_stores", "raw/orders", "raw/stores"}
    assert {name for name, has in late.items() if has} == fed | {
        "core/fct_orders",
        "marts/daily_sales",
        "release/current",
    }
    labels = {name: spec.automation_condition.get_label() for name, spec in specs.items() if spec.automation_condition}
    assert labels["raw/orders"] == "any_upstream_news"
    assert labels["core/fct_orders"] == "rebuilt_after_news"
    assert labels["release/current"] == labels["release/candidate"] == "released_after_rebuild"


def test_network_feeds_are_retried_and_files_are_not(mini):
    (mini.feeds / "shop_db.yml").write_text(
        "feed: shop_db\nsystem: shop\nsource: {type: sql, url_env: SHOP_URL, table: t}\n"
        "streams: {stores: {map: {store_ref: '\"id\"'}}}\n"
    )
    policies = {key.to_user_string(): a.op.retry_policy for a in load().assets for key in a.keys if "feeds" in key.path}
    assert policies["feeds/shop_db"].max_retries == 3
    assert policies["feeds/till_orders"] is None


def test_a_daily_schedule_and_a_sensor_for_new_files_start_the_whole_run(mini):
    repository = load().get_repository_def()
    (daily,) = repository.schedule_defs
    assert (daily.name, daily.cron_schedule, daily.job_name) == ("daily", "15 4 * * *", "whole_run")
    job = repository.get_job("whole_run")
    assert job.executor_def.name == "in_process", "one process, because the warehouse has one writer (T6)"
    assert names(job.asset_layer.selected_asset_keys) == names(graph().materializable_asset_keys)


def test_the_sensor_asks_for_a_run_when_a_file_is_new_and_only_then(mini):
    from tests.orchestration.conftest import ORDERS, write

    sensor = next(s for s in load().get_repository_def().sensor_defs if s.name == "new_files")

    def tick(cursor):
        context = dg.build_sensor_context(cursor=cursor)
        result = sensor.evaluate_tick(context)
        return result, context.cursor

    first, cursor = tick(None)
    assert len(first.run_requests) == 1
    same, cursor = tick(cursor)
    assert same.run_requests == [] and "no new file" in same.skip_message
    write(mini.home / "in" / "orders_2.csv", ORDERS + "9,A,1.00,2024-03-09 09:00\n")
    again, _ = tick(cursor)
    assert len(again.run_requests) == 1
    (mini.feeds / "till_stores.yml").write_text("feed: [")
    broken, _ = tick(cursor)
    assert "till_stores.yml" in broken.skip_message


def test_one_run_at_a_time_and_slots_are_freed(home):
    config = yaml.safe_load((prepare(settings()) / "dagster.yaml").read_text())
    assert config["concurrency"]["pools"] == {"granularity": "run", "default_limit": 1}
    assert config["concurrency"]["runs"]["max_concurrent_runs"] == 1
    assert config["run_monitoring"]["enabled"] is True
    assert 0 < config["run_monitoring"]["free_slots_after_run_end_seconds"] <= 60
    assert config["telemetry"]["enabled"] is False


def test_a_cancelled_run_gives_its_slot_back(home):
    """F-08: dagster keeps the slot of a cancelled run for ever unless told otherwise. Our instance, its own daemon."""
    import logging
    from types import SimpleNamespace

    from dagster._daemon.monitoring.concurrency import execute_concurrency_slots_iteration

    prepare(settings())
    pool, logger = "warehouse", logging.getLogger("test")
    with dg.DagsterInstance.get() as instance:
        storage = instance.event_log_storage
        storage.set_concurrency_slots(pool, 1)
        run = instance.create_run_for_job(dg.GraphDefinition("g", node_defs=[]).to_job("g"))
        instance.report_run_canceling(run)
        assert storage.claim_concurrency_slot(pool, run.run_id, "step").is_claimed
        blocked = storage.claim_concurrency_slot(pool, "next-run", "step")
        assert not blocked.is_claimed, "the next run waits for the slot"
        instance.report_run_canceled(run)
        wait = instance.run_monitoring_settings["free_slots_after_run_end_seconds"]
        monitor = SimpleNamespace(instance=instance)
        later = get_current_datetime() + timedelta(seconds=wait + 5)
        with freeze_time(later):
            list(execute_concurrency_slots_iteration(monitor, logger))
        assert storage.get_concurrency_info(pool).claimed_slots == []
        assert storage.claim_concurrency_slot(pool, "next-run", "step").is_claimed


def test_own_changes_to_dagster_yaml_are_kept(home):
    config = prepare(settings()) / "dagster.yaml"
    config.write_text("telemetry: {enabled: false}\n")
    assert prepare(settings()) == config.parent
    assert config.read_text() == "telemetry: {enabled: false}\n"


def test_definitions_stay_a_page_and_defs_holds_yaml():
    assert len((REPO / "orchestration" / "definitions.py").read_text().splitlines()) <= 25
    inside = {
        p.name for p in (REPO / "orchestration" / "defs").rglob("*") if p.is_file() and "__pycache__" not in p.parts
    }
    assert inside <= {"__init__.py", "defs.yaml"}


def test_the_projects_hash_moves_with_every_file_that_dbt_reads(mini_project: Path):
    before = project_hash(mini_project)
    (mini_project / "target").mkdir()
    (mini_project / "target" / "x.sql").write_text("artefact")
    assert project_hash(mini_project) == before
    (mini_project / "models" / "core" / "fct_orders.yml").open("a").write("\n# note\n")
    assert project_hash(mini_project) != before
