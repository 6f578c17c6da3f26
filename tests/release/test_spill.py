"""What does not fit into memory lies apart for each database: readers and writers at once leave each other's alone."""

import subprocess
import sys
from pathlib import Path

import duckdb

from orchestration.demo.generate import _connect
from orchestration.demo.plan import Plan
from orchestration.settings import REPO
from tests.release.small import Small

ANSWER = """
    select bit_xor(hash(long_text, place)), count(*) from (
        select 'text ' || hash(i) as long_text, row_number() over (order by hash(i + {})) as place
        from range(1_500_000) as r (i))
"""
READER = f"""
import sys
from pathlib import Path
from orchestration.release import connect as module
from orchestration.settings import Settings
module._LOCKED.update(memory_limit="60MB", threads="1")
with module.connect(Settings(Path(sys.argv[1]), "GBP", None, 1, 3)) as con:
    print({{con.execute('''{ANSWER}'''.format(sys.argv[2])).fetchall()[0] for _ in range(4)}})
"""


def test_two_processes_that_spill_over_one_release_answer_rightly(tmp_path: Path) -> None:
    small = Small(tmp_path / "home").build()
    small.publish()
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(small.settings.home), str(number)],
            cwd=REPO, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in (1, 2)
    ]  # fmt: skip
    said = [reader.communicate(timeout=120) for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0], said
    right = [duckdb.sql(ANSWER.format(number)).fetchall() for number in (1, 2)]
    assert [out.strip() for out, _ in said] == [str(set(rows)) for rows in right]


def test_connections_of_the_demo_company_have_a_folder_each(tmp_path: Path) -> None:
    plan = Plan(tmp_path, tmp_path, 50, 1)
    folders = [
        con.execute("select current_setting('temp_directory')").fetchall()[0][0]
        for con in (_connect(plan), _connect(plan))
    ]
    assert len(set(folders)) == 2
