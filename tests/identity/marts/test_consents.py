"""F-70: consent after a merge is that of the most restrictive record; undoing the merge gives each its own back.

The model's own SQL runs over statements of random records in random clusters; no dbt, so a case costs milliseconds.
"""

import itertools
import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt.project import PROJECT

MODEL = (PROJECT / "models/core/int_customers__consents.sql").read_text(encoding="utf-8")
SQL = re.sub(r"\{\{ ref\('int_consents__stated'\) \}\}", "stated", MODEL)
CHANNELS = ("email", "sms")
Statement = tuple[int, str, bool, int]  # record, channel, allowed, day

statements = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(CHANNELS), st.booleans(), st.integers(0, 3)), max_size=20
)
clusters = st.lists(st.integers(0, 3), min_size=8, max_size=8)  # cluster of each of the 8 records


@pytest.fixture(scope="module")
def con():
    with duckdb.connect(config={"threads": 1}) as con:
        columns = "customer_id int, channel text, is_allowed boolean, stream text, system text, record_ref text"
        con.execute(f"create table stated ({columns}, stated_at timestamp)")
        yield con


def permissions(con: duckdb.DuckDBPyConnection, said: list[Statement], cluster: list[int]) -> dict[tuple, bool]:
    """Permission by (cluster, channel) as the model gives it; what nobody speaks of is absent."""
    rows = ", ".join(
        f"({cluster[record]}, '{channel}', {allowed}, 'customers', 'shop', '{record}', date '2024-01-01' + {day})"
        for record, channel, allowed, day in said
    )
    con.execute("delete from stated")
    if rows:
        con.execute(f"insert into stated values {rows}")
    return {(c, channel): allowed for c, channel, _, allowed, *_ in con.execute(SQL).fetchall()}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(said=statements, cluster=clusters, pair=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_f70_no_merge_widens_a_permission_and_undoing_it_restores_each(con, said, cluster, pair) -> None:
    kept, gone = pair
    apart = permissions(con, said, cluster)
    merged = permissions(con, said, [kept if c == gone else c for c in cluster])
    for channel in CHANNELS:
        parts = [apart[part, channel] for part in {kept, gone} if (part, channel) in apart]
        if parts:
            assert merged[kept, channel] == all(parts), "refused by one is refused; allowed only by somebody's word"
        else:
            assert (kept, channel) not in merged
    assert permissions(con, said, cluster) == apart


@settings(max_examples=30, deadline=None, derandomize=True)
@given(said=statements, cluster=clusters, other=clusters, record=st.integers(0, 7))
def test_f70_a_record_that_opted_out_stays_out_in_every_clustering(con, said, cluster, other, record) -> None:
    said = [*said, (record, "email", False, 0)]
    for partition in (cluster, other, list(range(8))):
        assert permissions(con, said, partition)[partition[record], "email"] is False


@pytest.mark.parametrize(("a", "b"), itertools.product([True, False, None], repeat=2))
def test_f70_two_records_agree_on_the_most_restrictive_of_nine_combinations(
    con, a: bool | None, b: bool | None
) -> None:
    said = [(i, "email", value, i) for i, value in enumerate((a, b)) if value is not None]
    expected = {} if a is None and b is None else {(0, "email"): False not in (a, b)}
    assert permissions(con, said, [0] * 8) == expected
