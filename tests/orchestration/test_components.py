"""Every component from YAML bodies of its own, as a user would write them."""

from datetime import date

import dagster as dg
import duckdb
import pandas as pd
import pytest
from dagster.components.core.component_tree import ComponentTreeException
from dagster.components.testing import create_defs_folder_sandbox

from ml.tables import CARDS, TABLES, create_missing
from orchestration.components.dbt import DbtComponent
from orchestration.components.feeds import FeedsComponent
from orchestration.components.raw import RawComponent
from orchestration.components.release import ReleaseComponent
from orchestration.components.schedules import RunComponent
from orchestration.components.scores import facts
from orchestration.components.warehouse import Warehouse

DAY = date(2026, 6, 30)


def built(component: type, **attributes) -> dg.Definitions:
    body = {"type": f"{component.__module__}.{component.__name__}", "attributes": attributes}
    with create_defs_folder_sandbox() as sandbox:
        path = sandbox.scaffold_component(component_cls=component, defs_yaml_contents=body)
        with sandbox.load_component_and_build_defs(defs_path=path) as (_, definitions):
            return dg.Definitions.merge(definitions, dg.Definitions(resources={"warehouse": Warehouse()}))


def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def hours(spec: dg.AssetSpec) -> float:
    return spec.freshness_policy.fail_window.to_timedelta().total_seconds() / 3600


@pytest.mark.parametrize("late", [30, 6.5])
def test_feeds(mini, late):
    found = specs(built(FeedsComponent, late_after_hours=late, retries=1))
    assert set(found) == {"feeds/till_orders", "feeds/till_stores"}
    assert hours(found["feeds/till_orders"]) == late
    assert found["feeds/till_orders"].group_name == "feeds/files"
    assert found["feeds/till_orders"].description == "Orders of the till."


@pytest.mark.parametrize("late", [30, 48])
def test_raw(mini, late):
    found = specs(built(RawComponent, late_after_hours=late))
    assert len([name for name in found if name.startswith("raw/")]) == 29
    assert hours(found["raw/orders"]) == late
    assert found["raw/tickets"].freshness_policy is None, "a stream that no feed fills is not late"
    columns = found["raw/orders"].metadata["dagster/column_schema"].columns
    assert columns[0].name == "order_ref" and columns[0].type == "varchar"


@pytest.mark.parametrize("late", [{}, {"core": 12}])
def test_dbt(mini, late):
    found = specs(built(DbtComponent, late_after_hours=late))
    orders = found["core/fct_orders"]
    assert orders.group_name == "core" and orders.description == "One row per order."
    assert (orders.freshness_policy is not None) == bool(late)
    assert found["marts/daily_sales"].freshness_policy is None
    assert found["marts/daily_sales"].tags["access"] == "public"


@pytest.mark.parametrize(("layers", "parents"), [(["core", "marts"], 2), (["marts"], 1)])
def test_release(mini, layers, parents):
    found = specs(built(ReleaseComponent, layers=layers))
    assert len(list(found["release/candidate"].deps)) == parents
    assert [dep.asset_key.to_user_string() for dep in found["release/current"].deps] == ["release/candidate"]


@pytest.mark.parametrize("cron", ["15 4 * * *", "0 */6 * * *"])
def test_schedules(mini, cron):
    definitions = built(RunComponent, job="nightly", cron=cron, timezone="Europe/London", watch_seconds=30)
    (schedule,) = definitions.schedules
    (sensor,) = definitions.sensors
    assert (schedule.cron_schedule, schedule.execution_timezone) == (cron, "Europe/London")
    assert schedule.job_name == sensor.job_name == "nightly" and sensor.minimum_interval_seconds == 30


def test_a_misspelt_attribute_is_an_error(mini):
    with pytest.raises(ComponentTreeException) as error:
        built(FeedsComponent, late_after_hour=3)
    assert "late_after_hour" in str(error.value.__cause__)


def test_scores_tell_their_rows_and_the_cards_of_models_that_speak_and_of_those_that_are_silent(tmp_path):
    cards = [
        {"model": "churn", "status": "scored", "grade": "A", "auc": 0.75},
        {"model": "response", "status": "abstained", "grade": "abstain", "reason_en": "nobody was mailed"},
    ]
    with duckdb.connect(str(tmp_path / "work.duckdb")) as con:
        create_missing(con)
        CARDS.write(con, pd.DataFrame([{c.name: None for c in CARDS.columns} | {"as_of": DAY, "card": "{}"} | card
                                       for card in cards]))  # fmt: skip
    found = facts(tmp_path / "work.duckdb")
    assert {name: told["dagster/row_count"] for name, told in found.items()} == {
        table.name: 2 if table is CARDS else 0 for table in TABLES
    }
    told = found["model_cards"]["cards"].records
    assert [(row.data["model"], row.data["auc"], row.data["reason_en"]) for row in told] == [
        ("churn", "0.75", ""),
        ("response", "", "nobody was mailed"),
    ]
