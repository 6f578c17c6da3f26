"""Style of the Python, as ruff checks it; its bans keep the orchestrator out of pure code."""

import subprocess
import sys
from pathlib import Path


def test_ruff_finds_nothing(repo: Path) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run([ruff, "check", "--quiet", repo], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
