"""A warehouse of two feeds and a dbt project of two models, so that a whole run takes seconds."""

import os
import shutil
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.settings import Settings, settings

MINI = Path(__file__).parent / "mini"
ORDERS = """\
order,store,amount,at
1,A,10.00,2024-03-01 10:00
2,B,20.50,2024-03-01 12:00
3,A,5.00,2024-03-02 09:00
"""
FEEDS = {
    "till_orders": """
        feed: till_orders
        system: till
        about: Orders of the till.
        source: {type: files, path: in/orders*.csv}
        timezone: Europe/London
        currency: GBP
        streams:
          orders:
            map: {order_ref: '"order"', store_ref: '"store"', total_amount: '"amount"', ordered_at: '"at"'}
        """,
    "till_stores": """
        feed: till_stores
        system: till
        source: {type: files, path: in/stores*.csv}
        streams:
          stores:
            map: {store_ref: '"id"', name: '"name"'}
        """,
}


def write(path: Path, text: str) -> Path:
    """A file old enough to be taken for complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000 + len(text)))
    return path


@pytest.fixture
def mini_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small dbt project, built by everything in the test."""
    folder = tmp_path / "project"
    shutil.copytree(MINI, folder)
    monkeypatch.setenv("CRM_DBT_PROJECT", str(folder))
    return folder


@pytest.fixture
def mini(home: Path, mini_project: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A warehouse with feeds and files, nothing taken in yet; the suites of the real marts left out."""
    for name, text in FEEDS.items():
        write(home / "feeds" / f"{name}.yml", textwrap.dedent(text))
    write(home / "in" / "orders_1.csv", ORDERS)
    write(home / "in" / "stores.csv", "id,name\nA,North\nB,South\n")
    monkeypatch.setenv("CRM_LOCK_WAIT", "0.3")
    return settings()


@pytest.fixture
def no_suites(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out Great Expectations, which has tests of its own and takes seconds to load."""
    import data_quality.runner
    import orchestration.release.reconcile

    monkeypatch.setattr(data_quality.runner, "run_suites", lambda settings, layer: [])
    monkeypatch.setattr(orchestration.release.reconcile, "reconcile", lambda settings, as_of: [])


@pytest.fixture
def other_process() -> Callable[..., "object"]:
    """Run Python code in another process; its completed process."""
    import subprocess

    def run(code: str, **more: str):
        return subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, env={**os.environ, **more}
        )

    return run
