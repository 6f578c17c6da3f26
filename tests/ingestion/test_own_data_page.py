"""The newcomer's page does what it says: its files, commands and output, taken from the page itself."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(r"(?:<!-- file: (?P<path>\S+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.S | re.M)


@pytest.fixture(scope="module")
def page(repo, tmp_path_factory):
    """Runs the page's blocks in order; yields (home, run), where `run(kind)` runs the next block of that kind."""
    home = tmp_path_factory.mktemp("roastery")
    blocks = [m.groupdict() for m in BLOCK.finditer((repo / "docs/own-data.md").read_text("utf-8"))]
    for block in blocks:
        if block["path"]:
            (home / block["path"]).parent.mkdir(parents=True, exist_ok=True)
            (home / block["path"]).write_text(block["text"], "utf-8")
    waiting = {kind: [b["text"] for b in blocks if b["kind"] == kind] for kind in ("sh", "python", "text")}
    assert "acrm" not in waiting["sh"].pop(0), "the first block only sets the environment, as done here"
    here = Path(sys.executable).parent
    environment = os.environ | {"CRM_HOME": str(home), "CRM_BASE_CURRENCY": "EUR", "CRM_SETTLE_SECONDS": "0"}
    environment["PATH"] = f"{here}:{os.environ['PATH']}"

    def run(kind: str) -> str:
        text = waiting[kind].pop(0)
        if kind == "text":
            return text
        command = ["sh", "-ec", text] if kind == "sh" else [sys.executable, "-c", text]
        done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"{text}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    return home, run


def test_the_page_leads_from_a_csv_to_marts(page):
    home, run = page
    assert "receipts" in run("sh")  # acrm check
    assert not (home / "work.duckdb").exists(), "a check writes nothing"
    run("sh")  # acrm run
    refused = " ".join(run("sh").split())  # acrm quarantine show
    assert all(word in refused for word in ("two", "8", "not"))
    assert run("python") == run("text")

    file = home / "incoming/receipts_2025-03.csv"
    file.write_text(file.read_text("utf-8").replace(";two;", ";2;"), "utf-8")
    run("sh")  # acrm run
    import duckdb

    with duckdb.connect(str(home / "releases/current.duckdb"), read_only=True) as con:
        total = "select sum(r.m_total)::decimal(18, 2) from marts.customer_rfm r"
        assert str(con.execute(total).fetchone()[0]) == "321.90", "56.50 + 15.50 + 31.00 + 218.90"
        assert con.execute("select count(*) from ops.quarantine where status = 'open'").fetchone() == (0,)
