"""SIGKILL at every named point of publishing: readers see the old or the new release, and a re-run finishes the job."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.release import files
from orchestration.release.model import list_releases
from orchestration.release.verify import verify
from tests.release.small import Small

POINTS = (
    "release.start",
    "release.mid_copy",
    "release.before_checkpoint",
    "release.after_copy",
    "release.before_rename",
    "release.after_rename",
    "release.before_manifest",
    "release.after_manifest",
    "release.before_switch",
    "release.after_switch",
    "release.mid_prune",
    "release.after_prune",
)
SERVES_NEW = {"release.after_switch", "release.mid_prune", "release.after_prune"}
REPO = Path(__file__).parents[2]


def publish_in_a_process(small: Small, kill_at: str) -> int:
    """Exit status of a process that publishes and is killed at a point."""
    script = (
        "import sys; from pathlib import Path; from tests.release.small import Small; "
        "Small(Path(sys.argv[1]), kept=1).publish()"
    )
    command = [sys.executable, "-c", script, str(small.settings.home)]
    environment = os.environ | {"CRM_KILL_AT": kill_at}
    return subprocess.run(command, cwd=REPO, env=environment, check=False).returncode


def test_every_point_in_the_code_is_tried_here() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (REPO / "orchestration" / "release").glob("*.py"))
    assert set(re.findall(r'reach\("([^"]+)"\)', code)) == set(POINTS)


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_leaves_the_old_or_the_new_release_and_a_re_run_the_new_one(tmp_path: Path, point: str) -> None:
    """F-05."""
    small = Small(tmp_path / "home", kept=1)
    old = small.build(edition=1).publish()
    small.build(edition=2)
    assert publish_in_a_process(small, point) == -signal.SIGKILL
    served = small.served()
    assert len(served) == 1
    (release_id, edition) = next(iter(served))
    assert edition == (2 if point in SERVES_NEW else 1)
    assert (release_id == old.release_id) == (edition == 1)
    assert verify(small.settings).good

    small.build(edition=2, seed=3)  # another process builds the same rows again
    new = small.publish()
    assert small.served() == {(new.release_id, 2)}
    assert verify(small.settings).good
    assert new.number == 2, "an interrupted publish used up a release of its own"
    assert [info.release_id for info in list_releases(small.settings)] == [new.release_id]
    names = {path.name for path in small.settings.releases.iterdir()}
    assert names == {"current.duckdb", f"{new.release_id}.duckdb", f"{new.release_id}.json"}


def test_a_kill_in_the_first_publish_leaves_nothing_that_looks_like_a_release(tmp_path: Path) -> None:
    small = Small(tmp_path / "home").build()
    assert publish_in_a_process(small, "release.before_manifest") == -signal.SIGKILL
    assert not small.settings.current_release.exists()
    assert list_releases(small.settings) == []
    small.publish()
    assert files.current_id(small.settings) == list_releases(small.settings)[0].release_id
