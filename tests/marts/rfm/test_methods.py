"""Codes of the methods, and how far they agree, held against code written by others or by hand."""

import pandas as pd

from ml import hughes


def test_hughes_cells_differ_by_one_customer_and_are_those_of_the_planner(company) -> None:
    rows = (
        company.execute("""
        select customer_id, -r_days as r, f_count as f, m_total as m, cell
        from marts.rfm_scores
        join (select customer_id, r_days, f_count, m_total from marts.customer_rfm) using (customer_id)
        where method = 'hughes_nested'""")
        .df()
        .astype({"m": float})
    )
    assert rows["cell"].value_counts().reindex(sorted(set(rows["cell"]))).agg(["min", "max"]).tolist() == [1, 2]
    assert rows["cell"].nunique() == 125
    pd.testing.assert_series_equal(
        hughes.nested_cells(rows, ["r", "f", "m"], by="customer_id"), rows["cell"], check_names=False
    )


def test_agreement_is_what_scikit_learn_computes(company) -> None:
    from sklearn.metrics import adjusted_rand_score, cohen_kappa_score

    wide = company.execute("select * from intermediate.int_rfm__scored").df()
    told = company.execute("select * from marts.rfm_agreement").df()
    told = told.set_index(["method_a", "method_b", "dimension"]).astype(float)
    prefix = {"tie_safe_fifths": "fifth", "hughes_nested": "hughes", "own_cuts": "own"}
    for (a, b, dimension), row in told.iterrows():
        if dimension == "cell":
            continue
        codes = [wide[f"{prefix[m]}_{dimension}"] for m in (a, b)]
        assert abs(row["adjusted_rand_index"] - adjusted_rand_score(*codes)) < 2e-6
        assert abs(row["cohens_kappa"] - cohen_kappa_score(*codes)) < 2e-6
    ari = adjusted_rand_score(wide["rfm_segment"], wide["class_four"])
    assert abs(told.loc[("mean_octants", "four_classes", "cell"), "adjusted_rand_index"] - ari) < 2e-6
    assert len(told) == 10 + 9


def test_better_values_never_have_lower_codes(company) -> None:
    assert (
        company.execute("""
        select a.method from marts.rfm_scores a join marts.rfm_scores b using (method)
        join marts.customer_rfm x on a.customer_id = x.customer_id
        join marts.customer_rfm y on b.customer_id = y.customer_id
        where (x.r_days < y.r_days and a.r_score < b.r_score)
            or (method <> 'hughes_nested' and x.f_count > y.f_count and a.f_score < b.f_score)
            or (method <> 'hughes_nested' and x.m_total > y.m_total and a.m_score < b.m_score)""").fetchall()
        == []
    )


def test_the_hughes_mart_shrinks_and_bounds_as_the_planner_does(company) -> None:
    cells = company.execute("select * from marts.hughes_cells order by cell").df()
    rates = cells[["response_rate", "rate_low", "rate_high", "shrunk_rate"]].astype(float)
    low, high = hughes.wilson(cells["response_count"], cells["contact_count"])
    assert cells["response_count"].sum() > 20
    assert rates["shrunk_rate"].nunique() > 3, "cells differ, so they must not all get the common rate"
    assert (rates["shrunk_rate"] - hughes.shrink(cells["response_count"], cells["contact_count"])).abs().max() < 1e-6
    assert max((rates["rate_low"] - low).abs().max(), (rates["rate_high"] - high).abs().max()) < 1e-6
    assert cells["test_name_count"].sum() == int(cells["customer_count"].sum() * 0.05)


def test_categories_hold_the_money_of_their_lines(company) -> None:
    lines, returned, marts, gone = company.execute("""
        select (select sum(line_amount_base) from core.fct_order_lines join core.fct_orders o using (order_id)
                where customer_id is not null and not o.is_cancelled),
            (select sum(deducted_base) from core.fct_returns where customer_id is not null),
            (select sum(m_total) from marts.rfm_by_category),
            (select sum(net) from (
                select sum(net) as net, sum(buys) as buys from (
                    select customer_id, coalesce(category_name, 'unknown') as c, line_amount_base as net,
                        (line_amount > 0)::int as buys
                    from core.fct_order_lines join core.fct_orders o using (order_id)
                    left join core.dim_products using (product_id)
                    where customer_id is not null and not o.is_cancelled
                    union all select customer_id, coalesce(category_name, 'unknown'), -deducted_base, 0
                    from core.fct_returns left join core.dim_products using (product_id) where customer_id is not null)
                group by customer_id, c having sum(buys) = 0))""").fetchall()[0]
    assert marts == lines - returned - gone
