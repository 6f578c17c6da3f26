"""One parsed dbt project for all tests of this folder: parsing costs seconds, a warm run fractions of one."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from tests.dbt.project import PROJECT, Dbt, Raw


def _ymls() -> str:
    """Hash of all ymls: a partial parse forgets neither renamed nor deleted unit tests."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(PROJECT.rglob("*.yml")))).hexdigest()[:16]


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Dbt:
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
