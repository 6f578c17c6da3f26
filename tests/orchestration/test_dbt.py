"""dbt in this process."""

from datetime import date

import pytest

from orchestration import pipeline
from orchestration.dbt import DbtError, Project

DAY = date(2024, 3, 2)


@pytest.fixture
def project(mini) -> Project:
    pipeline.ingest(mini)
    return Project(mini)


def test_every_node_is_reported_with_rows_seconds_and_group(project):
    seen = []
    results = {r.name: r for r in project.build(DAY, on_event=seen.append)}
    assert (results["fct_orders"].rows, results["daily_sales"].rows) == (3, 2)
    assert results["fct_orders"].group == "core" and results["unique_fct_orders_order_id"].group == "core"
    assert results["unique_fct_orders_order_id"].model == "model.mini.fct_orders"
    assert {r.status for r in results.values()} == {"ok"}
    assert sorted(r.name for r in seen) == sorted(results)
    assert sum(project.groups().values()) == len(results)


def test_another_process_can_write_after_a_build(project, other_process):
    project.build(DAY)
    code = """
        import duckdb, os
        con = duckdb.connect(os.environ["CRM_HOME"] + "/work.duckdb")
        con.execute("create table main.other as select 1 as a")
        print(con.execute("select count(*) from core.fct_orders").fetchall())
    """
    other = other_process(code)
    assert other.stdout.strip() == "[(3,)]", other.stderr


def test_nothing_is_written_into_the_project(project, mini_project):
    before = sorted(mini_project.rglob("*"))
    project.build(DAY)
    assert sorted(mini_project.rglob("*")) == before


def test_another_day_needs_no_second_parse(project):
    project.build(DAY)
    stamp = project.manifest_file.stat().st_mtime_ns
    results = {r.name: r for r in project.build(date(2024, 3, 1))}
    assert results["fct_orders"].rows == 2
    assert project.manifest_file.stat().st_mtime_ns == stamp


def test_a_changed_project_is_parsed_again(project, mini_project):
    assert "model.mini.extra" not in project.manifest()["nodes"]
    (mini_project / "models" / "core" / "extra.sql").write_text("select 1 as a")
    assert "model.mini.extra" in project.manifest()["nodes"]
    assert {r.name: r.rows for r in project.build(DAY)}["extra"] == 1


def test_a_failed_test_comes_with_its_first_rows(project, mini_project):
    test = mini_project / "tests" / "assert_no_day_loses_money.sql"
    test.write_text(test.read_text().replace("amount < 0", "amount < 10"))
    failed = {r.name: r for r in project.build(DAY)}["assert_no_day_loses_money"]
    assert (failed.status, failed.failed) == ("fail", 1)
    assert failed.sample == [{"ordered_on": date(2024, 3, 2), "amount": 5}]


def test_a_project_that_does_not_parse_says_where(project, mini_project):
    (mini_project / "models" / "core" / "broken.sql").write_text("select {{ ref('nowhere') }}")
    with pytest.raises(DbtError, match=r"(?s)broken.*nowhere"):
        project.manifest()


def test_a_statement_before_the_first_model_that_fails_stops_the_build_with_its_reason(project, mini_project):
    with (mini_project / "dbt_project.yml").open("a") as config:
        config.write("\non-run-start: select 1 from nowhere\n")
    with pytest.raises(DbtError, match=r"(?s)on-run-start.*nowhere"):
        project.build(DAY)


def test_a_statement_before_the_first_model_is_no_result(project, mini_project):
    with (mini_project / "dbt_project.yml").open("a") as config:
        config.write("\non-run-start: select 1\n")
    assert {r.kind for r in project.build(DAY)} <= {"seed", "model", "test"}
