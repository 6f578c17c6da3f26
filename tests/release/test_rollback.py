"""Rolling back: at once, checked first, and not undone by the next unattended run."""

import time

import pytest

from orchestration.release import files
from orchestration.release.model import ReleaseError, list_releases, release_path
from orchestration.release.rollback import rollback
from orchestration.release.verify import verify
from tests.release.small import Small


@pytest.fixture
def five(tmp_path) -> Small:
    small = Small(tmp_path / "home", kept=5)
    for edition in range(1, 6):
        small.build(edition=edition, orders=50).publish()
    return small


def editions(small: Small) -> set[int]:
    return {edition for _, edition in small.served()}


def test_three_steps_back_serve_the_release_that_was_published_then(five: Small) -> None:
    """F-74."""
    releases = list_releases(five.settings)
    start = time.monotonic()
    for expected in (4, 3, 2):
        rollback(five.settings)
        assert editions(five) == {expected}
    assert time.monotonic() - start < 5
    verdict = verify(five.settings)
    assert verdict.good
    assert verdict.release_id == releases[1].release_id
    assert list_releases(five.settings) == releases


def test_a_run_without_news_does_not_undo_a_rollback_and_news_go_forward(five: Small) -> None:
    rollback(five.settings)
    again = five.build(edition=5, orders=50, seed=9).publish("another fingerprint")
    assert (editions(five), again.created) == ({4}, False)
    info = five.build(edition=6, orders=50).publish()
    assert info.created
    assert editions(five) == {6}


def test_naming_a_rejected_release_serves_it_again_and_lifts_the_rejection(five: Small) -> None:
    newest = list_releases(five.settings)[-1].release_id
    rollback(five.settings)
    rollback(five.settings, newest)
    assert editions(five) == {5}
    assert not five.build(edition=5, orders=50).publish().created
    assert editions(five) == {5}


def test_a_damaged_target_is_refused_and_the_serving_release_stays(five: Small) -> None:
    five.flip(release_path(five.settings, list_releases(five.settings)[3].release_id), 7000)
    with pytest.raises(ReleaseError, match="is damaged"):
        rollback(five.settings)
    assert editions(five) == {5}


def test_unknown_and_missing_targets_are_named(five: Small) -> None:
    with pytest.raises(ReleaseError, match="there are: r000001"):
        rollback(five.settings, "r000099-00000000")
    files.switch_to(five.settings, list_releases(five.settings)[0].release_id)
    with pytest.raises(ReleaseError, match="no older release"):
        rollback(five.settings)
