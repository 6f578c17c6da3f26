"""R1, R2, F-01…F-05: a run killed at any write boundary, then run again, ends as if it had never been killed."""

import random
import shutil
from pathlib import Path

import pytest

from tests.faults.crash import company
from tests.faults.crash.state import contents, differences, drive, problems, started

SEEDS = (1, 2, 3)
POINTS = (
    "landing.during_copy",
    "landing.after_copy",
    "landing.after_rename",
    "gate.after_begin",
    "gate.after_chunk",
    "gate.before_commit",
    "gate.after_commit",
    "ledger.before_append",
    "ledger.during_append",
    "ledger.after_append",
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
    "release.after_prune",
)
ONCE_A_RUN = ("release.",)
SECONDS = 1.5  # about as long as a run takes


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict]:
    """What an uninterrupted run gives, per seed."""
    found = {}
    for seed in SEEDS:
        home = tmp_path_factory.mktemp(f"reference{seed}") / "home"
        company.write(home, seed)
        assert drive(home) == 0
        assert problems(home) == []
        found[seed] = contents(home)
        assert found[seed]["quarantine"], "the company must have records that are refused"
    return found


@pytest.fixture
def fresh(tmp_path: Path, request: pytest.FixtureRequest):
    """A company at one fixed path per test, so that file names in rows compare; removed afterwards."""
    home = tmp_path / "home"
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("point", POINTS)
def test_a_run_killed_at_a_write_boundary_ends_like_an_uninterrupted_one(point, seed, fresh, references):
    company.write(fresh, seed)
    nth = 1 if point.startswith(ONCE_A_RUN) else seed * 2 - 1
    assert drive(fresh, kill_at=f"{point}:{nth}") == -9, f"{point} was not reached"
    assert drive(fresh) == 0
    assert differences(contents(fresh), references[seed]) == {}
    assert problems(fresh) == []


@pytest.mark.parametrize("trial", range(6))
def test_a_run_killed_at_a_random_time_ends_like_an_uninterrupted_one(trial, fresh, references):
    company.write(fresh, 1)
    chance = random.Random(trial)
    process = started(fresh)
    process.join(chance.uniform(0, SECONDS))
    process.kill()
    process.join()
    assert drive(fresh) == 0
    assert differences(contents(fresh), references[1]) == {}
    assert problems(fresh) == []


# Bug -> where the run is killed, and the symptom of that very bug; any other failure does not count as caught.
CAUGHT_BY = {
    "rows_and_accounting_in_two_transactions": ("gate.before_commit:2", "60 rows in raw"),
    "deliveries_are_not_recognised": ("gate.after_commit:2", "more rows in raw"),
    "ledger_is_written_before_the_commit": ("gate.before_commit:2", "lacks 1 of the 2 entries"),
    "quarantine_is_dropped": ("gate.after_commit:2", "0 records in ops.quarantine"),
    "current_is_written_in_place": ("release.before_switch", "Could not read enough bytes"),
    "landed_bytes_are_not_kept": ("landing.after_rename", "does not hold the bytes that were delivered"),
}


@pytest.mark.parametrize("bug", CAUGHT_BY)
def test_the_comparison_catches_a_planted_bug_by_its_own_symptom(bug, fresh, references):
    company.write(fresh, 1)
    point, symptom = CAUGHT_BY[bug]
    assert drive(fresh, kill_at=point, bug=bug) == -9, f"{point} was not reached"
    try:
        if bug == "current_is_written_in_place":  # readers in between see the torn file
            contents(fresh)
        drive(fresh, bug=bug)
        seen = problems(fresh)
        found = contents(fresh)
        if rows_in_raw(found) > rows_in_raw(references[1]):  # drawn ids differ by themselves: only more rows count
            seen.append("more rows in raw")
    except Exception as error:  # a run that cannot go on, or a file that cannot be read
        seen = [str(error)]
    assert any(symptom in text for text in seen), seen


def rows_in_raw(found: dict) -> int:
    return sum(rows.total() for name, rows in found.items() if name.startswith("raw."))
