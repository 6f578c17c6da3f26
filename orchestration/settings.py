"""Where a warehouse lives and what holds for all of it.

Read from the environment once per call of `settings()`; every path is absolute, because dbt and Dagster change
directories (DagsterDbt copies projects, dbt resolves paths against its own folder).
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
REPO = Path(__file__).resolve().parents[1]
DBT_PROJECT = REPO / "dbt_project"


@dataclass(frozen=True)
class Settings:
    """Paths and parameters of one warehouse (`CRM_HOME`)."""

    home: Path
    base_currency: str
    as_of: date | None
    threads: int
    releases_kept: int
    dashboard_role: str = "viewer"
    runs_kept: int = 50
    memory_limit: str | None = None

    @property
    def engine(self) -> dict[str, Any]:
        """What DuckDB is told at every connection: threads, and memory where a limit is set (else it takes 80 %)."""
        return {"threads": self.threads} | ({"memory_limit": self.memory_limit} if self.memory_limit else {})

    @property
    def feeds(self) -> Path:
        return self.home / "feeds"

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def work_db(self) -> Path:
        return self.home / "work.duckdb"

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def current_release(self) -> Path:
        return self.releases / "current.duckdb"

    @property
    def reports(self) -> Path:
        return self.home / "reports"

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    @property
    def ledger(self) -> Path:
        return self.home / "ledger.jsonl"

    @property
    def identity_overrides(self) -> Path:
        return self.home / "identity_overrides.csv"

    @property
    def lock(self) -> Path:
        return self.home / ".lock"


class SettingsError(Exception):
    """A variable of the environment cannot be read; the message names it, its value and what is wanted."""


def given(name: str, default: str, read: Callable[[str], T], wanted: str) -> T:
    """A variable of the environment (the default where it is empty) as `read` understands it, else SettingsError."""
    text = os.environ.get(name, "").strip() or default
    try:
        return read(text)
    except ValueError:
        raise SettingsError(f"{name} is {text!r}; {wanted}") from None


def seconds(name: str, default: str) -> float:
    """A variable that holds seconds."""
    return given(name, default, float, "a number of seconds is wanted, such as 10")


def settings() -> Settings:
    """The settings of the environment. SettingsError names a variable that cannot be read.

    CRM_HOME, CRM_BASE_CURRENCY, CRM_AS_OF, CRM_THREADS, CRM_MEMORY_LIMIT, CRM_RELEASES_KEPT, CRM_DASHBOARD_ROLE,
    CRM_RUNS_KEPT.
    """
    count = "a whole number from 1 on is wanted"
    return Settings(
        home=Path(os.environ.get("CRM_HOME") or REPO / "warehouse").expanduser().resolve(),
        base_currency=given("CRM_BASE_CURRENCY", "GBP", _currency, "three letters of a currency are wanted, as EUR"),
        as_of=given("CRM_AS_OF", "", _day, "a day is wanted, such as 2026-06-30"),
        threads=given("CRM_THREADS", "2", _from_one, count),
        releases_kept=given("CRM_RELEASES_KEPT", "5", _from_one, count),
        dashboard_role=os.environ.get("CRM_DASHBOARD_ROLE", "viewer"),
        runs_kept=given("CRM_RUNS_KEPT", "50", _from_one, count),
        memory_limit=given("CRM_MEMORY_LIMIT", "", _memory, "a size is wanted, such as 4GB"),
    )


def _from_one(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _currency(text: str) -> str:
    if not re.fullmatch("[A-Z]{3}", text):
        raise ValueError(text)
    return text


def _memory(text: str) -> str | None:
    if text and not re.fullmatch(r"\d+(\.\d+)? ?[KMGT]i?B", text):
        raise ValueError(text)
    return text or None
