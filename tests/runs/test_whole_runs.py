"""Real runs, by `acrm run` and by Dagster: addresses in a quarantined record and a failing check stay out."""

import dagster as dg
import pytest

from orchestration import pipeline
from orchestration.components.instance import prepare
from orchestration.components.warehouse import Warehouse
from orchestration.ingestion.sources.base import SourceError
from orchestration.runs import last_runs
from tests.orchestration.conftest import write
from tests.runs.servers import webhook

pytestmark = pytest.mark.usefixtures("no_suites")
HEAD = "order,store,amount,at\n"
GOOD = f"{HEAD}7,A,anna.smith@example.com,2024-03-03 10:00\nanna.smith@example.com,A,1.00,2024-03-03 10:00\n"
BAD = f"{HEAD}anna.smith@example.com,A,3.00,2024-03-05 10:00\n"  # the same order from another file: not unique


def through_dagster(settings):
    from orchestration.definitions import defs

    prepare(settings)
    with dg.DagsterInstance.get() as instance:
        config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        job = defs().resolve_job_def("whole_run")
        return job.execute_in_process(instance=instance, raise_on_error=False, run_config=config).success


def by_command(settings):
    from orchestration.cli import main

    with pytest.raises(SystemExit) as done:
        main(["run", "--plain"])
    return not done.value.code


@pytest.mark.parametrize(("go", "by"), [(by_command, "acrm run"), (through_dagster, "Dagster whole_run")])
def test_a_good_run_then_a_failed_one_leave_records_a_page_and_word_without_a_cell(mini, monkeypatch, capsys, go, by):
    write(mini.home / "in" / "orders_anna.smith@example.com.csv", GOOD)
    with webhook() as inbox:
        monkeypatch.setenv("CRM_NOTIFY_WEBHOOK", f"http://127.0.0.1:{inbox.port}/")
        assert go(mini)
        release = pipeline.serving(mini).release_id
        write(mini.home / "in" / "orders_more.csv", BAD)
        assert not go(mini)
        shown = capsys.readouterr()
    bad, good = last_runs(mini)
    assert (good.state, bad.state, bad.error) == ("released", "failed", "GateFailed")
    assert good.start["by"] == bad.start["by"] == by
    totals = {name: good.counts[name] for name in ("deliveries", "records_in", "loaded", "quarantined", "models")}
    assert totals == {"deliveries": 3, "records_in": 7, "loaded": 6, "quarantined": 1, "models": 2}
    assert set(good.end["steps"]) >= {"ingest", "build", "publish"}
    assert (good.end["release_before"], good.end["release_after"]) == (None, release)
    assert bad.end["release_after"] == release
    assert [(c["name"], c["rows"]) for c in bad.stopping] == [("unique_fct_orders_order_id", 1)]
    (message,) = inbox.got
    assert message["event"] == "run_failed" and message["release"] == release
    assert message["failed_checks"][0]["name"] == "unique_fct_orders_order_id"
    page = (mini.reports / "status.html").read_text(encoding="utf-8")
    assert "unique_fct_orders_order_id" in page and release in page
    for text in (page, str(message), *(run.path.read_text(encoding="utf-8") for run in (good, bad))):
        assert "anna" not in text
    if go is by_command:
        assert "anna.smith@example.com" in shown.err, "the terminal shows the row: the plant is real"


@pytest.mark.parametrize(("failures", "state", "error"), [(1, "partial", ""), (2, "failed", "SourceError")])
def test_a_step_that_dagster_tries_again_fails_the_run_only_when_it_fails_to_the_end(of, failures, state, error):
    left = [SourceError("the source is away")] * failures

    def work() -> None:
        if left:
            raise left.pop()

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
    def flaky(context: dg.AssetExecutionContext, warehouse: Warehouse) -> None:
        warehouse.step(context, work)

    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([flaky], instance=instance, resources={"warehouse": Warehouse()}, raise_on_error=False)
    (run,) = last_runs(of)
    assert (run.state, run.error) == (state, error)
