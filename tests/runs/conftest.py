"""The small warehouse of tests/orchestration, a run that needs none of it, and no channel but what a test sets up."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.progress import Event, sender
from orchestration.runs import Run, last_runs, recorded
from orchestration.settings import Settings, settings
from tests.orchestration.conftest import mini, mini_project, no_suites  # noqa: F401


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
