"""Fixtures that more than one folder of tests uses."""

import os
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

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
