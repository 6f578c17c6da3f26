"""The record of a run: what is in it, what is never in it, and what is left when the run is killed."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from data_quality.results import CheckResult, GateFailed
from orchestration.progress import Event
from orchestration.runs import last_runs, recorded
from orchestration.runs.read import prune
from orchestration.settings import REPO
from tests.runs.small import events

PLANTED = "anna.smith@example.com"


def lines(run) -> list[dict]:
    return [json.loads(line) for line in run.path.read_text(encoding="utf-8").splitlines()]


def test_a_run_is_recorded_line_by_line_and_summed_up_at_its_end(ran):
    run = ran(events())
    found = lines(run)
    assert [line["event"] for line in found] == [
        "run_started", "delivery", "feed", "check", "judged", "node", "node", "release", "run_ended",
    ]  # fmt: skip
    assert (found[0]["by"], found[0]["pid"], found[0]["release"]) == ("test", os.getpid(), None)
    delivery = {name: found[1][name] for name in ("name", "status", "bytes", "records_in", "loaded", "quarantined")}
    assert delivery == {
        "name": "till", "status": "loaded", "bytes": 99, "records_in": 10, "loaded": 8, "quarantined": 2,
    }  # fmt: skip
    assert run.state == "released" and run.end["as_of"] == "2024-03-02"
    assert run.counts == {
        "deliveries": 1, "records_in": 10, "loaded": 8, "quarantined": 2, "rejected": 0, "rejected_deliveries": 0,
        "checks": 1, "models": 1, "tests": 1, "warnings": 1,
    }  # fmt: skip
    steps = run.end["steps"]
    assert (steps["ingest"], steps["gate"], steps["publish"]) == (0.75, 0.25, 1.5)
    assert run.end["failed_checks"] == [{"name": "no_gap", "layer": "core", "stops": False, "rows": None}]
    assert run.end["slowest"][0] == {"name": "fct_orders", "seconds": 2.0}


def test_nothing_that_may_quote_a_cell_gets_into_record_or_page(ran, of):
    row = {"email": PLANTED}
    check = CheckResult("unique_mail", "core", False, "critical", 9, 2, f"2 times {PLANTED}", [row], "core.people")
    told = [
        Event("ingest", "delivery", f"till/{PLANTED}.csv", False, 0.1, f"bad_cell: {PLANTED}",
              {"status": "rejected", "bytes": 1, "streams": {}}),
        Event("publish", "message", "release", text=f"segments {PLANTED}"),
        Event("transform", "node", f"about {PLANTED}", False, 0.1, f"cannot cast {PLANTED}",
              {"group": "core", "kind": "model", "status": "error"}),
        Event("transform", "node", "unique_mail", False, 0.1, PLANTED,
              {"group": "core", "kind": "test", "status": "fail"}),
    ]  # fmt: skip
    run = ran(told, GateFailed([check]))
    assert run.state == "failed" and run.error == "GateFailed"
    assert run.end["failed_checks"] == [{"name": "unique_mail", "layer": "core", "stops": True, "rows": 2}]
    assert run.end["broken_models"] == ["core/about ***"]
    for path in (run.path, of.reports / "status.html"):
        assert "anna" not in path.read_text(encoding="utf-8"), path
    assert "unique_mail" in (of.reports / "status.html").read_text(encoding="utf-8")


def test_a_killed_run_leaves_a_record_that_says_so_and_a_living_one_is_running(of):
    code = (
        "import time\nfrom orchestration.runs import recorded\nfrom orchestration.settings import settings\n"
        "from orchestration.progress import sender\nfrom tests.runs.small import events\n"
        "with recorded(settings(), 'killed'):\n"
        " [sender()(event) for event in events()[:6]]\n print('on', flush=True)\n time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=REPO, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline().strip() == "on"
        (run,) = last_runs(of)
        assert (run.state, run.step) == ("running", "build")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    run.path.write_bytes(run.path.read_bytes() + b'{"event": "node", "na')  # a line cut off by a full disk
    (run,) = last_runs(of)
    assert (run.state, run.step, run.start["by"], run.seconds) == ("unfinished", "build", "killed", None)


def test_only_the_last_runs_are_kept_and_runs_without_news_do_not_drive_them_out(ran, of):
    small = replace(of, runs_kept=5)
    kept = [ran(events()).run_id for _ in range(7)][2:]
    idle = [ran().run_id for _ in range(4)]
    (of.runs / "notes.jsonl").write_text("not a record\n")
    prune(small)
    assert [run.run_id for run in last_runs(of)] == [idle[-1], *reversed(kept)]
    assert {run.state for run in last_runs(of)} == {"released", "nothing_new"}
    with recorded(of, "still at work"):
        prune(replace(of, runs_kept=1))
        assert [run.state for run in last_runs(of)] == ["running", "nothing_new"]
    assert last_runs(of)[0].path.exists() and (of.runs / "notes.jsonl").exists()


def test_a_run_inside_a_run_is_one_record_and_a_stopped_one_did_not_fail(of, ran):
    with recorded(of, "outer"), recorded(of, "inner"):
        pass
    assert [run.start["by"] for run in last_runs(of)] == ["outer"]
    assert ran(events()[:3], KeyboardInterrupt()).state == "stopped"


@pytest.mark.parametrize("blocked", ["runs", "reports"])
def test_a_record_that_cannot_be_written_is_a_warning_and_the_run_goes_on(of, capsys, blocked):
    (of.home / blocked).write_text("a file where a folder should be")
    done = []
    with recorded(of, "test"):
        done.append(True)
    assert done and capsys.readouterr().err.startswith("warning: ")


def test_a_run_with_very_many_events_stays_small(ran, monkeypatch):
    monkeypatch.setattr("orchestration.runs.log.LINES", 20)
    run = ran(events()[:1] * 100)
    assert len(lines(run)) == 21 and run.counts["deliveries"] == 100
