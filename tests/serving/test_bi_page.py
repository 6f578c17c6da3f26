"""What docs/bi.md says works as it stands there: every block is run, in a folder that looks like the clone."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.S | re.M)
ADDRESS = "postgresql://acrm:secret@db:5432/crm"
METRICS = "select 'net_sales' as metric, 10.5::double as value, 'all' as channel_group"
SEGMENTS = "case when r_score = 5 then 'important_value' else 'general_keep' end"


@pytest.fixture
def clone(small, server, tmp_path, monkeypatch) -> Path:
    """A folder with .venv and warehouse/ in it, as `make run` leaves the clone."""
    small.change(
        f"create table marts.metrics_monthly as {METRICS} union all select 'orders', 3, 'online'",
        "alter table marts.customer_rfm add column rfm_segment varchar",
        f"update marts.customer_rfm set rfm_segment = {SEGMENTS}",
    )
    small.publish()
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "warehouse").symlink_to(small.settings.home)
    (folder / ".venv").symlink_to(sys.prefix)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CRM_HOME", "warehouse")
    return folder


@pytest.fixture
def blocks(repo, clone, server) -> dict[str, list[str]]:
    """The page's blocks by kind, with a path and an address of this machine."""
    made: dict[str, list[str]] = {}
    for match in BLOCK.finditer((repo / "docs/bi.md").read_text("utf-8")):
        text = match["text"].replace("/abs/path", str(clone)).replace(ADDRESS, server.url)
        made.setdefault(match["kind"], []).append(text)
    assert server.url in made["console"][0]
    return made


def typed(block: str) -> str:
    """The commands of a console block; a line without a prompt goes on with the command before."""
    lines = block.splitlines()
    assert lines[0].startswith("$ ")
    return "\n".join(line.removeprefix("$ ") for line in lines)


def shell(block: str, **more: str) -> str:
    done = subprocess.run(
        ["sh", "-ec", typed(block)], env=os.environ | more, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_python_blocks_run_and_find_the_release(blocks, small) -> None:
    plain, locked, alchemy = (f"{block}\n" for block in blocks.pop("python"))
    found: dict = {}
    exec(plain, found)
    assert found["frame"].to_dict("list") == {"rfm_segment": ["general_keep", "important_value"], "customers": [32, 8]}
    told = locked.replace("con.sql(", "rows = con.sql(")
    exec(told, found)
    ((release_id, *_),) = found["rows"]
    assert release_id == small.current("select release_id from ops.release")[0][0]
    exec(alchemy.replace("con.execute(", "rows = con.execute("), found)
    assert [tuple(row) for row in found["rows"]] == [("net_sales", 10.5)]
    assert {"console", "json", "sh"} >= blocks.keys(), "a kind of block that no test runs"


def test_console_blocks_push_grant_and_write_a_csv(blocks, server, clone) -> None:
    push, grants, csv = blocks["console"]
    said = shell(push)
    assert re.search(r"important_value +\| +8\b", said) and re.search(r"general_keep +\| +32\b", said)
    shell(grants, CRM_POSTGRES_URL=server.url)
    assert server.query("select member, store_id from acrm.store_managers") == [("ben", "pos:S01")]
    anna = server.url.replace(server.url.split("//")[1].split("@")[0], "anna:her-secret")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "url", anna)
        assert server.query("select distinct email from marts.dim_customers") == [("•••",)]
    shell(csv)
    rows = (clone / "customer_rfm.csv").read_text("utf-8").splitlines()
    assert len(rows) == 41 and "rfm_segment" in rows[0]
    for login in ("anna", "ben"):  # logins belong to the server, not to the database of this test
        server.query(f"drop owned by {login}; drop role {login}")
