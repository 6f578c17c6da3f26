"""What a release changes in segments is told before it, and forbids nothing."""

from pathlib import Path

import duckdb
import pytest

from orchestration.ingestion.store import connect
from orchestration.release import files, model
from orchestration.segments import impact
from orchestration.settings import settings

MEMBERS = """
create schema if not exists marts;
create or replace table marts.segment_members as
from (values {}) as t (segmentation, segment, customer_id)"""
BEFORE = "('town', 'Hull', 'a'), ('town', 'Hull', 'b'), ('buying', 'often', 'a')"
AFTER = "('town', 'Hull', 'b'), ('town', 'York', 'a'), ('buying', 'often', 'a'), ('buying', 'often', 'c')"


@pytest.fixture
def candidate(home: Path, monkeypatch: pytest.MonkeyPatch):
    """Fills the candidate with members, and with `before` a release that serves."""

    def fill(after: str, before: str | None = None) -> None:
        with connect(settings()) as con:
            con.execute(MEMBERS.format(after))
        served = home / "served.duckdb"
        if before:
            with duckdb.connect(str(served)) as con:
                con.execute(MEMBERS.format(before))
        monkeypatch.setattr(files, "current_id", lambda _: "r1" if before else None)
        monkeypatch.setattr(model, "release_path", lambda *_: served)

    return fill


def written() -> list[tuple]:
    with connect(settings()) as con:
        return con.execute("select * from ops.segment_changes order by all").fetchall()


def test_who_enters_and_leaves_by_the_release_is_written_down_and_told(candidate) -> None:
    candidate(AFTER, BEFORE)
    (told,) = impact.assess(settings())
    assert (told.passed, told.severity, told.blocks) == (True, "info", False)
    assert written() == [
        ("buying", "often", 1, 2, 1, 0, "r1"),
        ("town", "Hull", 2, 1, 0, 1, "r1"),
        ("town", "York", 0, 1, 1, 0, "r1"),
    ]
    assert "2 memberships begin and 1 end in 3 segments against r1" in told.message
    assert "town/York +1 \u22120" in told.message


def test_equal_members_change_nothing_and_a_first_release_has_nothing_to_compare_with(candidate) -> None:
    candidate(AFTER, AFTER)
    (told,) = impact.assess(settings())
    assert "nobody enters or leaves" in told.message and written() == []
    candidate(AFTER)
    (told,) = impact.assess(settings())
    assert "no release before" in told.message and written() == []


def test_a_candidate_without_segments_is_told_nothing_about(home: Path) -> None:
    connect(settings()).close()
    assert impact.assess(settings()) == []
