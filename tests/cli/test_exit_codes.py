"""Exit codes and messages: what scripts and people get."""

import os
import subprocess
import sys

import pytest

from orchestration import pipeline
from orchestration.cli.errors import CODES, code_of
from tests.orchestration.conftest import write

pytestmark = pytest.mark.usefixtures("no_suites")


def test_a_run_without_feeds_is_told_how_to_begin(home, acrm):
    outcome = acrm("run")
    assert outcome.code == 1
    assert "acrm demo" in outcome.err and str(home / "feeds") in outcome.err
    assert not (home / "work.duckdb").exists()


def test_an_unknown_command_or_option_is_a_usage_error(acrm):
    assert acrm("rn").code == 2
    assert acrm("run", "--fast").code == 2


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("CRM_THREADS", "many", "whole number"),
        ("CRM_THREADS", "0", "whole number"),
        ("CRM_MEMORY_LIMIT", "lots", "such as 4GB"),
        ("CRM_MEMORY_LIMIT", "80%", "such as 4GB"),
        ("CRM_AS_OF", "30.06.2026", "such as 2026-06-30"),
        ("CRM_BASE_CURRENCY", "pounds", "as EUR"),
        ("CRM_RELEASES_KEPT", "-1", "whole number"),
        ("CRM_LOCK_WAIT", "long", "seconds"),
    ],
)
def test_a_mistake_in_the_environment_is_told_with_variable_and_value(mini, acrm, monkeypatch, name, value, wanted):
    monkeypatch.setenv(name, value)
    outcome = acrm("run")
    assert outcome.code == 1
    assert outcome.err.startswith(f"Error: {name} is {value!r}") and wanted in outcome.err
    assert not mini.work_db.exists()


def test_a_mistake_in_a_feed_is_told_with_file_and_line_and_writes_nothing(mini, acrm):
    path = mini.feeds / "till_orders.yml"
    path.write_text(path.read_text().replace("system: till", "sistem: till"))
    for command in ("check", "run"):
        outcome = acrm(command)
        assert outcome.code == 1
        assert f"{path}:3: sistem" in outcome.err and "Traceback" not in outcome.err
    assert not mini.work_db.exists()


def test_check_looks_at_feeds_and_files_and_writes_nothing(mini, acrm):
    before = sorted(mini.home.rglob("*"))
    outcome = acrm("check")
    assert outcome.code == 0 and "till_orders" in outcome.out and "1 file " in outcome.out
    write(mini.home / "in" / "orders_2.csv", "nummer,store,amount,at\n1,A,1.00,2024-01-01\n")
    outcome = acrm("check")
    assert (
        outcome.code == 1 and "orders_2.csv" in outcome.out and '"order"' in outcome.out.replace("'order'", '"order"')
    )
    (mini.home / "in" / "orders_2.csv").unlink()
    assert sorted(mini.home.rglob("*")) == before


def test_check_tries_the_newest_file_and_says_what_would_be_refused(mini, acrm):
    """Of two records one has a day that may be two; when all do, nothing would enter, and that is a mistake."""
    head, bad = "order,store,amount,at\n", "2,A,2.00,03/04/2024\n"
    write(mini.home / "in" / "orders_2.csv", f"{head}1,A,1.00,2024-01-01\n{bad}")
    outcome = acrm("check")
    assert outcome.code == 0 and "orders_2.csv: orders 1 of 2 records would enter" in outcome.out
    assert "refused 1 of orders, first line 3, ordered_at: '03/04/2024'" in outcome.out
    assert "date_order" in outcome.out
    write(mini.home / "in" / "orders_2.csv", f"{head}{bad}")
    outcome = acrm("check")
    assert outcome.code == 1 and "orders 0 of 1 records" in outcome.out and "nothing of it would enter" in outcome.out
    assert not mini.work_db.exists()


def test_check_names_a_mistake_in_a_segment_file_and_lists_what_is_defined(mini, acrm):
    path = mini.home / "segments" / "mine.yml"
    write(path, "- name: vip\n  rule: net_base > 500\n")
    outcome = acrm("check")
    assert outcome.code == 0 and "vip" in outcome.out
    write(path, "- name: vip\n  rule: net_bsae > 500\n")
    outcome = acrm("check")
    assert outcome.code == 1 and f"{path}:2" in outcome.out and "net_base" in outcome.out


def test_a_wrong_day_is_a_mistake_not_a_bug(mini, acrm):
    outcome = acrm("run", "--as-of", "09/12/2011")
    assert (outcome.code, "YYYY-MM-DD" in outcome.err) == (1, True)


def test_a_failed_gate_exits_3_names_check_and_rows_and_the_old_release_serves(mini, acrm):
    assert acrm("run").code == 0
    before = pipeline.serving(mini).release_id
    write(mini.home / "in" / "orders_2.csv", "order,store,amount,at\n1,A,3.00,2024-03-05 10:00\n")
    outcome = acrm("run")
    assert outcome.code == 3
    assert "unique_fct_orders_order_id" in outcome.err and "till:1" in outcome.err
    assert "the previous release keeps serving" in outcome.err
    assert pipeline.serving(mini).release_id == before


def test_a_model_that_does_not_build_exits_5_with_its_name(mini, mini_project, acrm):
    model = mini_project / "models" / "core" / "fct_orders.sql"
    model.write_text(model.read_text().replace("total_amount,", "no_such_column,"))
    outcome = acrm("run", "--plain")
    assert outcome.code == 5 and "core/fct_orders" in outcome.err


@pytest.mark.parametrize("command", [("run",), ("demo", "--scale", "60"), ("release", "rollback")])
def test_a_warehouse_in_use_exits_4_and_names_the_process(mini, acrm, command):
    code = (
        "import time\nfrom orchestration import pipeline\nfrom orchestration.settings import settings\n"
        "with pipeline.exclusive(settings()):\n print('held', flush=True)\n time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline().strip() == "held"
        outcome = acrm(*command)
    finally:
        holder.kill()
        holder.wait()
    assert outcome.code == 4
    assert f"process {holder.pid}" in outcome.err and "CRM_LOCK_WAIT" in outcome.err


def test_work_duckdb_open_elsewhere_exits_4_with_the_pid(mini, acrm):
    """F-11: somebody opened the working file in a notebook."""
    pipeline.ingest(mini)
    code = (
        f"import duckdb, time\ncon = duckdb.connect({str(mini.work_db)!r})\nprint('open', flush=True)\ntime.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline().strip() == "open"
        outcome = acrm("run")
    finally:
        holder.kill()
        holder.wait()
    assert (outcome.code, str(holder.pid) in outcome.err) == (4, True)


def test_commands_that_need_a_warehouse_say_that_there_is_none(home, acrm):
    for command in (("status",), ("quarantine", "show"), ("quarantine", "reoffer")):
        outcome = acrm(*command)
        assert outcome.code == 1 and "acrm run" in outcome.err, command
    assert acrm("release", "rollback").code == 1
    assert acrm("release", "list").code == 0


def test_an_unknown_stream_release_or_scale_lists_what_there_is(mini, acrm):
    assert "order_lines" in acrm("contract", "show", "orderlines").err
    assert acrm("release", "verify", "r000001-00000000").code == 1
    outcome = acrm("demo", "--scale", "XXL")
    assert outcome.code == 1 and "S, M, L" in outcome.err


def test_a_bug_leaves_its_traceback_in_a_file(mini, acrm, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(pipeline, "is_idle", broken)
    outcome = acrm("run")
    assert outcome.code == 70 and "planted" in outcome.err and "Traceback" not in outcome.err
    report = mini.reports / f"error-{os.getpid()}.txt"
    assert "ZeroDivisionError: planted" in report.read_text()


def test_every_named_error_exists_and_has_its_code():
    from data_quality.results import GateFailed
    from orchestration.dbt import DbtError
    from orchestration.identity.overrides import OverrideError
    from orchestration.identity.train import TooLittle
    from orchestration.ingestion.landing import LandingError
    from orchestration.ingestion.ledger import LedgerError
    from orchestration.ingestion.lock import LockHeld
    from orchestration.ingestion.model import FeedError
    from orchestration.ingestion.repair import RepairError
    from orchestration.ingestion.sources.base import SourceError
    from orchestration.ingestion.store import WarehouseBusy
    from orchestration.news import NothingToDo
    from orchestration.pipeline import TransformFailed
    from orchestration.release.model import ReleaseError
    from orchestration.segments.model import SegmentError
    from orchestration.serving.server import ServerBusy, ServingError
    from orchestration.settings import SettingsError

    known = {
        kind.__name__: kind
        for kind in (
            GateFailed, DbtError, LandingError, LedgerError, LockHeld, FeedError, RepairError, SourceError,
            WarehouseBusy, NothingToDo, TransformFailed, ReleaseError, OverrideError, TooLittle, SegmentError,
            ServerBusy, ServingError, SettingsError,
        )
    }  # fmt: skip
    assert set(CODES) - {"UserError"} == set(known)
    assert code_of(known["GateFailed"]([])) == 3 and code_of(known["LockHeld"]("x")) == 4
    assert code_of(ValueError("x")) == 70
