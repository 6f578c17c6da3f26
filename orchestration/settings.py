"""Where a warehouse lives and what holds for all of it.

Read from the environment once per call of `settings()`; every path is absolute, because dbt and Dagster change
directories (DagsterDbt copies projects, dbt resolves paths against its own folder).
"""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

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


def settings() -> Settings:
    """The settings of the environment.

    CRM_HOME, CRM_BASE_CURRENCY, CRM_AS_OF, CRM_THREADS, CRM_RELEASES_KEPT, CRM_DASHBOARD_ROLE,
    CRM_RUNS_KEPT.
    """
    as_of = os.environ.get("CRM_AS_OF")
    return Settings(
        home=Path(os.environ.get("CRM_HOME", REPO / "warehouse")).expanduser().resolve(),
        base_currency=os.environ.get("CRM_BASE_CURRENCY", "GBP"),
        as_of=date.fromisoformat(as_of) if as_of else None,
        threads=int(os.environ.get("CRM_THREADS", "2")),
        releases_kept=int(os.environ.get("CRM_RELEASES_KEPT", "5")),
        dashboard_role=os.environ.get("CRM_DASHBOARD_ROLE", "viewer"),
        runs_kept=int(os.environ.get("CRM_RUNS_KEPT", "50")),
    )
