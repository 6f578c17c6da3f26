"""Style of the SQL and rules of the project, as tools check them."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.dbt.project import Dbt

BIN = Path(sys.executable).parent
SQLFLUFF = BIN / "sqlfluff"


def findings(command: list[str | Path], folder: Path) -> str:
    """Runs a tool; what it finds, empty if nothing."""
    wide = os.environ | {"COLUMNS": "160", "NO_COLOR": "1"}
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False, env=wide
    )
    return done.stdout + done.stderr if done.returncode else ""


def in_two_shares(files: list[Path]) -> list[list[Path]]:
    """Files dealt out by size. Two linters work faster than one with two processes, which expands all files in one."""
    by_size = sorted(files, key=lambda file: file.stat().st_size, reverse=True)
    return [share for share in (by_size[::2], by_size[1::2]) if share]


@pytest.mark.timeout(2400)
def test_sql_is_formatted_as_the_house_style_says(repo: Path, request: pytest.FixtureRequest) -> None:
    """A file costs a second, so one that was found clean here is not looked at again until it or the rules change."""
    rules = (repo / ".sqlfluff").read_bytes()
    files = sorted((*(repo / "dbt_project/models").rglob("*.sql"), *(repo / "dbt_project/tests").rglob("*.sql")))
    states = {file: hashlib.sha256(rules + file.read_bytes()).hexdigest() for file in files}
    clean = set(request.config.cache.get("sqlfluff/clean", []))
    unknown = [file for file, state in states.items() if state not in clean]
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda share: findings([SQLFLUFF, "lint", *share], repo), in_two_shares(unknown))
    if text := "".join(found):
        pytest.fail(text, pytrace=False)
    request.config.cache.set("sqlfluff/clean", sorted(states.values()))


def test_the_project_keeps_the_rules_that_its_manifest_can_show(repo: Path, dbt: Dbt, tmp_path: Path) -> None:
    rules = (repo / "dbt_project/dbt-bouncer.yml").read_text(encoding="utf-8")
    config = tmp_path / "dbt-bouncer.yml"
    config.write_text(rules.replace("dbt_project/target", str(dbt.target)), encoding="utf-8")
    if text := findings([BIN / "dbt-bouncer", "run", "--show-all-failures", "--config-file", config], repo):
        pytest.fail(text, pytrace=False)
