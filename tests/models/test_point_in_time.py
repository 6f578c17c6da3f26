"""Features of a cutoff are the same to the bit whatever comes after it, and know nothing that came late (ML5)."""

from datetime import date, timedelta

import duckdb
import pytest

from ml.audit import point_in_time
from tests.marts.company import AS_OF

NEWEST = date.fromisoformat(AS_OF)
FIVE = [NEWEST - timedelta(days=30 * steps) for steps in (1, 3, 6, 10, 15)]


def test_no_cell_of_five_cutoffs_differs_when_the_future_is_deleted_or_scrambled(
    con: duckdb.DuckDBPyConnection, feature_sql: dict[str, str]
) -> None:
    audit = point_in_time(con, feature_sql, FIVE)
    assert len(audit.differing) == 10
    assert audit.leaked == 0, audit.differing
    assert audit.compared > 500_000


@pytest.mark.parametrize(
    ("model", "guard", "leak"),
    [
        ("feature_touches", "touches.happened_on <= cutoffs.cutoff_on", "true"),
        ("customer_features", "surveys.answered_on <= cutoffs.cutoff_on", "true"),
        ("customer_features", "days.happened_on <= cutoffs.cutoff_on", "days.happened_on <= cutoffs.cutoff_on + 30"),
    ],
)
def test_a_planted_leak_is_found(
    con: duckdb.DuckDBPyConnection, feature_sql: dict[str, str], model: str, guard: str, leak: str
) -> None:
    leaky = feature_sql[model].replace(guard, leak).replace("days.known_on <= cutoffs.cutoff_on", "true")
    leaky = leaky.replace("touches.known_on <= cutoffs.cutoff_on", "true")
    leaky = leaky.replace("coalesce(late.known_on, surveys.answered_on) <= cutoffs.cutoff_on", "true")
    assert leaky != feature_sql[model]
    assert point_in_time(con, {**feature_sql, model: leaky}, FIVE[1:2]).leaked > 0


def test_orders_that_arrived_after_a_cutoff_are_unknown_to_it_and_known_to_the_scoring_cutoff(
    con: duckdb.DuckDBPyConnection, feature_sql: dict[str, str]
) -> None:
    """A third of the orders of the month before the cutoff arrive twenty days after: features are as without."""
    cutoff = FIVE[2]
    late = f"""abs(hash(order_ref) % 3) = 0 and ordered_at > timestamp '{cutoff}' - interval 31 day
        and ordered_at < timestamp '{cutoff}'"""
    at_cutoff = "from features.customer_features where cutoff_on = ? order by customer_id"
    con.execute("begin")
    try:
        con.execute(f"update raw.orders set _loaded_at = _loaded_at - interval 10 year where not ({late})")
        con.execute(f"update raw.orders set _loaded_at = timestamp '{cutoff}' + interval 20 day where {late}")
        without_late = _rebuilt(con, feature_sql, at_cutoff, cutoff)
        scored = con.execute(at_cutoff, [NEWEST]).fetchall()
        con.execute("update raw.orders set _loaded_at = timestamp '2000-01-01'")
        all_known = _rebuilt(con, feature_sql, at_cutoff, cutoff)
        assert without_late != all_known
        assert scored == con.execute(at_cutoff, [NEWEST]).fetchall()
        con.execute(
            f"""delete from core.fct_orders
            where order_id in (select _system || ':' || order_ref from raw.orders where {late})"""
        )
        assert without_late == _rebuilt(con, feature_sql, at_cutoff, cutoff)
    finally:
        con.execute("rollback")


def _rebuilt(con: duckdb.DuckDBPyConnection, models: dict[str, str], query: str, cutoff: date) -> list[tuple]:
    for name, sql in models.items():
        con.execute(f"create or replace table features.{name} as {sql}")
    return con.execute(query, [cutoff]).fetchall()
