"""Damaged releases: found by size, SHA-256 and rows; the newest good release serves instead."""

import random
import shutil
import time

import duckdb
import pytest

from orchestration.release import files
from orchestration.release.connect import connect
from orchestration.release.model import ReleaseError, manifest_path, release_path
from orchestration.release.publish import recover
from orchestration.release.verify import fall_back, verify
from tests.release.small import Small

FLIPS = 25


@pytest.fixture
def two(small: Small) -> Small:
    """Two releases; edition 2 serves."""
    small.build(edition=1, orders=50).publish()
    small.build(edition=2, orders=50).publish()
    return small


def newest(small: Small):
    return release_path(small.settings, files.current_id(small.settings))


def test_every_flipped_byte_is_found_and_none_is_served(two: Small) -> None:
    """F-15, R7: a flip that DuckDB itself would not notice is found as well."""
    path = newest(two)
    whole = path.read_bytes()
    for offset in random.Random(7).sample(range(len(whole)), FLIPS):
        two.flip(path, offset)
        assert not verify(two.settings).good, offset
        with connect(two.settings) as con:
            rows = con.execute("select distinct edition, count(*) from core.fct_orders group by all").fetchall()
        assert rows == [(1, 50)], offset
        path.chmod(0o644)
        path.write_bytes(whole)
        assert verify(two.settings).good


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_truncated_file_is_found_and_the_older_release_serves(two: Small, share: float) -> None:
    path = newest(two)
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * share))
    assert not verify(two.settings).good
    start = time.monotonic()
    serving = fall_back(two.settings)
    assert time.monotonic() - start < 10
    assert serving is not None
    assert {edition for _, edition in two.served()} == {1}
    assert verify(two.settings).good
    assert fall_back(two.settings) is None, "nothing is wrong any more"


def test_a_zeroed_current_that_is_a_file_of_its_own_is_replaced_by_the_newest_release(two: Small) -> None:
    current = two.settings.current_release
    size = current.stat().st_size
    current.unlink()
    current.write_bytes(b"\0" * size)
    assert verify(two.settings).problems == ("current.duckdb is damaged: it is no release with a manifest",)
    fall_back(two.settings)
    assert {edition for _, edition in two.served()} == {2}


def test_the_next_publish_starts_by_repairing(two: Small) -> None:
    two.flip(newest(two), 5000)
    said: list[str] = []
    recover(two.settings, said.append)
    assert {edition for _, edition in two.served()} == {1}
    assert "damaged" in said[0]
    info = two.build(edition=3).publish()
    assert two.served() == {(info.release_id, 3)}


def test_rows_written_into_a_release_are_found_although_its_file_still_opens(two: Small) -> None:
    path = newest(two)
    path.chmod(0o644)
    with duckdb.connect(str(path)) as con:
        con.execute("update core.fct_orders set net_base = 0 where order_id = 's:o1'")
    assert not verify(two.settings).good


def test_a_log_beside_a_release_is_found_and_removed(two: Small) -> None:
    files.wal_of(newest(two)).write_bytes(b"rows that nobody judged")
    assert "somebody wrote into the release" in verify(two.settings).problems[0]
    recover(two.settings)
    assert verify(two.settings).good


def test_a_wrong_row_hash_in_the_manifest_is_found(two: Small) -> None:
    path = manifest_path(two.settings, files.current_id(two.settings))
    text = path.read_text()
    first = text.index('"content_hash"', text.index('"tables"')) + 17
    path.write_text(text[:first] + ("0" if text[first] != "0" else "1") + text[first + 1 :])
    assert any("rows differ" in problem for problem in verify(two.settings).problems)


def test_an_unreadable_manifest_is_no_release(two: Small) -> None:
    manifest_path(two.settings, files.current_id(two.settings)).write_text("{")
    fall_back(two.settings)
    assert {edition for _, edition in two.served()} == {1}


def test_when_nothing_is_good_the_error_says_what_to_do(two: Small) -> None:
    for path in two.settings.releases.glob("r*.duckdb"):
        two.flip(path, 9000)
    with pytest.raises(ReleaseError, match="acrm run"):
        fall_back(two.settings)
    with pytest.raises(ReleaseError, match="No good release"):
        connect(two.settings)


def test_a_release_moved_to_another_place_is_still_good(two: Small, tmp_path) -> None:
    """F-20: a copied folder, in which current is no hard link any more."""
    elsewhere = Small(tmp_path / "elsewhere")
    shutil.copytree(two.settings.home, elsewhere.settings.home, dirs_exist_ok=True)
    assert verify(elsewhere.settings).good
    assert verify(elsewhere.settings).release_id == verify(two.settings).release_id
