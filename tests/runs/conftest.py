"""The small warehouse of tests/orchestration, a run that needs none of it, and no channel but what a test sets up."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.progress import Event, sender
from orchestration.runs import Run, last_runs, recorded
from orchestration.settings import Settings, settings
from tests.orchestration.conftest import mini, mini_project, no_suites  # noqa: F401

STREAM = {"records_in": 10, "loaded": 8, "quarantined": 2, "rejected": 0}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of the person who runs the tests."""
    for name in os.environ:
        if name.startswith(("CRM_NOTIFY_", "CRM_SMTP_", "CRM_DASHBOARD_LANG", "CRM_RUNS_KEPT")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


@pytest.fixture
def of(home: Path) -> Settings:
    return settings()


def events(rejected: bool = False) -> list[Event]:
    """A run in small: one delivery, one model, one test that warns, one check, a release."""
    status = "rejected" if rejected else "loaded"
    facts = {"status": status, "bytes": 99, "rows": 10, "streams": {"orders": STREAM}}
    return [
        Event("ingest", "delivery", "till/orders.csv", not rejected, 0.5, "", facts),
        Event("ingest", "feed", "till", seconds=0.75, facts={"deliveries": 1, "bytes": 99}),
        Event("audit", "check", "accounting of orders", facts={"layer": "raw", "severity": "critical", "passed": True}),
        Event("audit", "judged", "raw", seconds=0.25),
        Event("transform", "plan", "dbt", facts={"groups": {}}),
        Event("transform", "node", "fct_orders", seconds=2.0, facts={"group": "core", "kind": "model", "status": "ok"}),
        Event("transform", "node", "no_gap", seconds=1.0, facts={"group": "core", "kind": "test", "status": "warn"}),
        Event("publish", "release", "r000001-0a0b0c0d", seconds=1.5, facts={"as_of": "2024-03-02", "created": True}),
    ]


@pytest.fixture
def ran(of: Settings) -> Callable[..., Run]:
    """A recorded run of events, ended by an error when one is given; as it is on record."""

    def run(told: list[Event] = (), error: BaseException | None = None) -> Run:
        try:
            with recorded(of, "test"):
                for event in told:
                    sender()(event)
                if error:
                    raise error
        except BaseException as raised:
            assert raised is error, raised
        return last_runs(of)[0]

    return run
