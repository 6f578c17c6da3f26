"""Fixtures that more than one folder of tests uses."""

import fcntl
import hashlib
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tests.dbt.project import PROJECT, Dbt, Raw
from tests.marts.company import Company, build

REPO = Path(__file__).resolve().parents[1]

# The same examples in every run, so that a red run can be repeated; `HYPOTHESIS_PROFILE=explore` draws new ones.
hypothesis_settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


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
    """One parsed dbt project for the session: parsing costs seconds, a warm run fractions of one."""
    from dbt.cli.main import dbtRunner

    target = tmp_path_factory.mktemp("target")
    earlier = request.config.cache.mkdir("dbt") / f"{_ymls()}.msgpack"  # dbt parses only what changed since
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_WORK_DB", "work.duckdb")  # not opened; the stem becomes the catalog of all nodes
        kept = target / "partial_parse.msgpack"
        if earlier.exists():
            shutil.copyfile(earlier, kept)
        parsed = Dbt(dbtRunner(), target).invoke("parse", as_of=None)
        assert parsed.success, parsed.exception
        own = earlier.with_suffix(f".{os.getpid()}")
        shutil.copyfile(kept, own)
        own.replace(earlier)
        yield Dbt(dbtRunner(manifest=parsed.result), target)


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    return Raw(tmp_path / "work.duckdb")


@pytest.fixture(scope="session")
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Larch & Lantern with 2,000 people, built through every model; a copy of the one that the first worker built.

    With CRM_TEST_COMPANY the company in that home, without building it or parsing dbt.
    """
    if built := os.environ.get("CRM_TEST_COMPANY"):
        return Company(Path(built))
    base = tmp_path_factory.getbasetemp()
    whole = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "company"
    with whole.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            made = build(request.getfixturevalue("dbt"), tmp_path_factory.mktemp("company") / "home", people=2_000)
            made.query("checkpoint")
            shutil.copytree(made.home, whole.with_suffix(".part"))
            whole.with_suffix(".part").rename(whole)
    return Company(shutil.copytree(whole, tmp_path_factory.mktemp("company") / "home"))
