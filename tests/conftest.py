"""Fixtures that more than one folder of tests uses."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from data_quality.runner import run_suites
from data_quality.scorecard import build_scorecard
from ml.scoring import SCORERS, score_all
from orchestration.dbt import _PARSED, _let_go
from orchestration.fingerprint import project_hash
from orchestration.ingestion import landing
from orchestration.ingestion.store import connect
from orchestration.release.publish import publish
from orchestration.settings import Settings, settings
from tests.dbt.project import PROJECT, Dbt, Raw
from tests.marts.company import AS_OF, Company, build

REPO = Path(__file__).resolve().parents[1]
DAY = date.fromisoformat(AS_OF)

# Files of minutes, the longest first: begun last, they would keep one worker busy while the other has nothing to do.
LONG = (
    "ingestion/test_own_data_page.py",
    "marts/dashboard/test_pages.py",
    "faults/test_repeated_deliveries_change_nothing.py",
    "faults/crash/test_killed_runs_leave_no_trace.py",
    "dbt/test_lint.py",
    "orchestration/test_graph.py",
    "marts/test_degenerate_companies.py",
    "models/test_every_scorer.py",
    "identity/state/test_undo_in_every_mart.py",
    "dbt/test_project_builds_on_empty_input.py",
    "marts/test_online_retail.py",
)

# The same examples in every run, so that a red run can be repeated; `HYPOTHESIS_PROFILE=explore` draws new ones.
hypothesis_settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# Files of tests are whole when they are there: neither this process nor those it starts waits to see them settle.
os.environ["CRM_SETTLE_SECONDS"] = "0"
landing.SETTLE_SECONDS = 0.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order of files, which xdist hands out as they come (`--no-loadscope-reorder`)."""
    rank = {REPO / "tests" / name: at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.path, len(LONG)))


@pytest.fixture(scope="session")
def repo() -> Path:
    return REPO


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Folder of public reference data; not part of the project, so its absence skips."""
    folder = Path(os.environ.get("CRM_REFERENCE_DATA", REPO.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}; set CRM_REFERENCE_DATA to run this test")
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty CRM_HOME of its own, set in the environment."""
    folder = tmp_path / "home"
    (folder / "feeds").mkdir(parents=True)
    monkeypatch.setenv("CRM_HOME", str(folder))
    for name in ("CRM_AS_OF", "CRM_KILL_AT", "CRM_BASE_CURRENCY"):
        monkeypatch.delenv(name, raising=False)
    return folder


def _ymls() -> str:
    """Hash of all ymls: a partial parse forgets neither renamed nor deleted unit tests."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(PROJECT.rglob("*.yml")))).hexdigest()[:16]


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Dbt:
    """One parsed dbt project for the session: parsing costs seconds, a warm run fractions of one.

    Parsed as `acrm` does, so that no home of this process with the same currency needs a parse of its own.
    """
    from dbt.cli.main import dbtRunner

    target = tmp_path_factory.mktemp("target")
    earlier = request.config.cache.mkdir("dbt") / f"{_ymls()}.msgpack"  # dbt parses only what changed since
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_WORK_DB", "work.duckdb")  # not opened; the stem becomes the catalog of all nodes
        kept = target / "partial_parse.msgpack"
        if earlier.exists():
            shutil.copyfile(earlier, kept)
        parsed = Dbt(dbtRunner(), target).invoke("parse", as_of="1970-01-01", base_currency="GBP")
        assert parsed.success, parsed.exception
        _PARSED[PROJECT, project_hash(PROJECT), "GBP"] = target, parsed.result
        own = earlier.with_suffix(f".{os.getpid()}")
        shutil.copyfile(kept, own)
        own.replace(earlier)
        yield Dbt(dbtRunner(manifest=parsed.result), target)


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    return Raw(tmp_path / "work.duckdb")


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Folders that one worker makes, by name and maker, for all of them; each gets a copy that it may change."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def copy_of(name: str, make: Callable[[Path], object]) -> Path:
        whole, part = shared / name, shared / f"{name}.part"
        with whole.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not whole.exists():
                shutil.rmtree(part, ignore_errors=True)  # of a worker whose build failed
                make(part)
                part.rename(whole)
        return Path(shutil.copytree(whole, tmp_path_factory.mktemp(name), dirs_exist_ok=True))

    return copy_of


@pytest.fixture(scope="session")
def company(request: pytest.FixtureRequest, once: Callable) -> Company:
    """Larch & Lantern with 2,000 people, built through every model, not scored.

    With CRM_TEST_COMPANY the company in that home, without building it or parsing dbt.
    """

    def make(home: Path) -> None:
        build(request.getfixturevalue("dbt"), home, people=2_000).query("checkpoint")
        _let_go()  # dbt keeps the file open, which moves now

    return Company(Path(built)) if (built := os.environ.get("CRM_TEST_COMPANY")) else Company(once("company", make))


@pytest.fixture(scope="session")
def scored(request: pytest.FixtureRequest, once: Callable) -> Settings:
    """The demo company after all scorers, released, with its work.duckdb; a released CRM_TEST_COMPANY as it is."""
    of = replace(settings(), home=Path(os.environ.get("CRM_TEST_COMPANY", "")), base_currency="GBP")
    if "CRM_TEST_COMPANY" in os.environ and of.current_release.exists():
        return of

    def make(home: Path) -> None:
        there = replace(of, home=home)
        there.releases.mkdir(parents=True)
        request.getfixturevalue("company").copy(there.work_db)
        with connect(there) as con:
            assert score_all(con, DAY, home) == list(SCORERS)
        build_scorecard(there, DAY, "demo", run_suites(there, "raw"))
        publish(there, DAY, "demo")

    return replace(of, home=once("scored", make))


@pytest.fixture(scope="session")
def released(scored: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The release of the demo company alone, as those have it who only read; that of CRM_TEST_COMPANY in its home."""
    if "CRM_TEST_COMPANY" in os.environ:
        return scored
    of = replace(scored, home=tmp_path_factory.mktemp("released"))
    shutil.copytree(scored.releases, of.releases)
    return of
