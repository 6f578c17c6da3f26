"""A small warehouse per test."""

from pathlib import Path

import pytest

from tests.release.small import Small


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "home")
