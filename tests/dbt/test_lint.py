"""Style of the SQL and rules of the project, as tools check them."""

import subprocess
import sys
from pathlib import Path

from tests.dbt.project import Dbt

BIN = Path(sys.executable).parent


def output(command: list[str | Path], folder: Path) -> str:
    """Runs a tool; its output when it finds something, else nothing."""
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_sql_is_formatted_as_the_house_style_says(repo: Path) -> None:
    assert output([BIN / "sqlfluff", "lint", "--processes", "2", "dbt_project/models", "dbt_project/tests"], repo) == ""


def test_the_project_keeps_the_rules_that_its_manifest_can_show(repo: Path, dbt: Dbt, tmp_path: Path) -> None:
    rules = (repo / "dbt_project/dbt-bouncer.yml").read_text(encoding="utf-8")
    config = tmp_path / "dbt-bouncer.yml"
    config.write_text(rules.replace("dbt_project/target", str(dbt.target)), encoding="utf-8")
    assert output([BIN / "dbt-bouncer", "run", "--show-all-failures", "--config-file", config], repo) == ""
