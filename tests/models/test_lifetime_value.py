"""Lifetime value: a grade takes ranks as well as sums, and who has left is told from who stays where it was planted."""

from datetime import date

import duckdb
import numpy as np
import pytest

from ml import lifetime_value
from ml.evaluate import auc
from tests.marts.company import AS_OF, Company


def test_a_grade_asks_for_a_small_bias_an_error_surely_lower_and_ranks_surely_told() -> None:
    good = {"holdout_bias": 0.1, "holdout_gain_low": 1.0, "holdout_spearman_low": 0.1}
    cases = [
        {},
        {"holdout_bias": -0.2},
        {"holdout_bias": 0.3},
        {"holdout_gain_low": 0.0},
        {"holdout_spearman_low": 0.0},
    ]
    assert [lifetime_value.grade_of(good | case) for case in cases] == ["A", "B", "C", "C", "C"]
    assert lifetime_value.grade_of({}) == "C"


def test_the_interval_of_a_rank_correlation_is_that_of_two_thousand_drawn_samples() -> None:
    rng = np.random.default_rng(3)
    drawn = []
    for _ in range(2_000):
        x = rng.standard_normal(200)
        y = 0.6 * x + 0.8 * rng.standard_normal(200)
        drawn.append(np.corrcoef(x.argsort().argsort(), y.argsort().argsort())[0, 1])
    middle, low = float(np.mean(drawn)), float(np.quantile(drawn, 0.025))
    assert lifetime_value._spearman_low(middle, 200) == pytest.approx(low, abs=0.02)


PEOPLE = """
    with counted as (
        select o.customer_id, t.person_id, count(*) as orders
        from core.fct_orders as o
        inner join '{truth}/orders_*.parquet' as t on o.order_id = t.system || ':' || t.order_ref
        where o.customer_id is not null and not t.is_anonymous
        group by all
    )
    select arg_max(coalesce(p.churned_on <= cast($day as date), false), counted.orders), any_value(l.p_alive)
    from counted
    inner join '{truth}/people_*.parquet' as p on counted.person_id = p.person_id
    inner join scores.lifetime_value as l on counted.customer_id = l.customer_id
    where l.status = 'scored'
    group by counted.customer_id
    order by counted.customer_id
"""


def test_planted_leavers_are_told_and_their_share_is_that_of_the_truth(
    company: Company, con: duckdb.DuckDBPyConnection
) -> None:
    """A customer is the person behind most of its orders. Standard error of the share: .012."""
    con.execute("create schema if not exists scores")
    lifetime_value.score(con, date.fromisoformat(AS_OF))
    rows = con.execute(PEOPLE.replace("{truth}", str(company.home / "truth")), {"day": AS_OF}).fetchall()
    gone, alive = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assert len(rows) > 1_200
    assert auc(gone, -alive) > 0.8
    assert gone.mean() == pytest.approx(1 - alive.mean(), abs=0.04)
