"""The content hash: equal for equal rows, whatever their order, threads and delivery history; different otherwise."""

from pathlib import Path

import duckdb
import pytest

from orchestration.release import content
from tests.release.small import Small


def content_hash(candidate: Small) -> str:
    """The hash that publishing would give the candidate."""
    with duckdb.connect(config={"threads": candidate.settings.threads}) as con:
        con.execute(f"attach '{candidate.settings.work_db}' as work (read_only)")
        tables = content.tables_of(con, "work", content.RELEASED_SCHEMAS)
        return content.combine({table.full_name: content.hash_table(con, "work", table) for table in tables})


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> str:
    candidate = Small(tmp_path_factory.mktemp("reference")).build()
    assert candidate.publish().content_hash == content_hash(candidate)
    return content_hash(candidate)


@pytest.fixture
def other(tmp_path: Path) -> Small:
    return Small(tmp_path / "other").build()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_rows_and_other_threads_hash_alike(reference: str, other: Small, threads: int, seed: int) -> None:
    """R4, R9."""
    assert content_hash(other.with_threads(threads).build(seed=seed)) == reference


@pytest.mark.parametrize(
    "change",
    [
        "update core.fct_orders set net_base = net_base + 0.0001 where order_id = 's:o17'",
        "update core.fct_orders set customer_id = null where order_id = 's:o17'",
        "delete from marts.daily_sales where sold_on = date '2024-01-02'",
        "insert into marts.daily_sales select * from marts.daily_sales limit 1",
        "alter table marts.daily_sales rename column net_base to net_amount",
        "alter table marts.daily_sales alter column net_base type decimal(18, 2)",
        "create table marts.empty_mart (x integer)",
        # two rows swap a value: sums per column stay
        "update core.fct_orders set edition = case order_id when 's:o1' then 2 else 0 end "
        "where order_id in ('s:o1', 's:o2')",
        "update marts.customer_rfm set r_score = 3 - r_score where customer_id in ('c0', 'c1')",
    ],
)
def test_any_change_of_content_changes_the_hash(reference: str, other: Small, change: str) -> None:
    assert content_hash(other.change(change)) != reference


def test_accounting_and_clocks_are_no_content(reference: str, other: Small) -> None:
    other.change(
        "update core.fct_orders set loaded_at = timestamp '2030-01-01'",
        "delete from ops.quarantine",
        "alter table marts.dim_customers add column _delivery_id varchar",
    )
    assert content_hash(other) == reference


def test_doubled_rows_in_pairs_do_not_cancel_out(reference: str, tmp_path) -> None:
    """An xor alone would not see two copies of one row."""
    other = Small(tmp_path / "other").build()
    copy = "insert into marts.daily_sales select * from marts.daily_sales where sold_on = date '2024-01-02'"
    assert content_hash(other.change(copy, copy)) != reference
