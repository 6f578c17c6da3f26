"""Chunks are cut to whole row groups: nothing lost, nothing doubled, order kept."""

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.ingestion import row_groups
from orchestration.ingestion.limits import LIMITS, MB
from orchestration.ingestion.model import BadRecord, Chunk
from orchestration.ingestion.row_groups import in_row_groups


@pytest.fixture(autouse=True, scope="module")
def small_row_groups():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_groups, "ROW_GROUP", 10)
        patch.setattr(row_groups, "GATHERED", 40)
        yield


def chunks(sizes: list[tuple[int, int, str]]) -> list[Chunk]:
    """Chunks of so many good and bad records, whose column has this name; good records come first."""
    made, number = [], 1
    for good, bad, name in sizes:
        numbers = range(number, number + good)
        table = pa.table({name: pa.array([f"v{n}" for n in numbers], pa.string()), "_record_no": pa.array(numbers)})
        table = table.cast(pa.schema([(name, pa.string()), ("_record_no", pa.int64())]))
        number += good
        wrong = [BadRecord(n, b"x", "nul_byte", "line 1: bad") for n in range(number, number + bad)]
        number += bad
        made.append(Chunk(good + bad, table, wrong))
    return made


def rows(made: list[Chunk]) -> list[dict]:
    return [row for chunk in made for row in chunk.table.to_pylist()]


@given(st.lists(st.tuples(st.integers(0, 55), st.integers(0, 3), st.sampled_from("aab")), max_size=9))
def test_all_records_come_once_in_their_order_and_refused_ones_stay_with_them(sizes):
    given_, got = chunks(sizes), [*in_row_groups(iter(chunks(sizes)))]
    assert rows(got) == rows(given_)
    assert [bad for chunk in got for bad in chunk.bad] == [bad for chunk in given_ for bad in chunk.bad]
    assert all(chunk.records == chunk.table.num_rows + len(chunk.bad) for chunk in got)


@given(st.lists(st.integers(1, 55), max_size=12))
def test_every_batch_is_one_row_group_and_only_the_last_chunk_has_a_part_of_one(sizes):
    got = [*in_row_groups(iter(chunks([(size, 0, "a") for size in sizes])))]
    for chunk in got[:-1]:
        assert {len(batch) for batch in chunk.table.to_batches()} == {10}
        assert 40 <= chunk.table.num_rows < 40 + 55
    if got:
        whole, part = divmod(got[-1].table.num_rows, 10)
        assert [len(batch) for batch in got[-1].table.to_batches()] == [10] * whole + [part] * bool(part)


def test_wide_records_are_not_gathered_beyond_the_memory_they_may_take():
    wide = [Chunk(1, pa.table({"a": ["x" * MB], "_record_no": [n]})) for n in range(6)]
    got = [*in_row_groups(iter(wide), replace(LIMITS, gathered=2 * MB))]
    assert [chunk.table.num_rows for chunk in got] == [2, 2, 2]
    assert rows(got) == rows(wide)
