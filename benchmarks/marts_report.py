"""Figures of the RFM and value marts of any built warehouse: python -m benchmarks.marts_report DATABASE.

DATABASE is a release or a work database. On the UCI Online Retail sets (docs/examples/feeds) this prints what
docs/marts/value.md quotes.
"""

import sys
from pathlib import Path

import duckdb

FIGURES = {
    "RFM segments": """
        select rfm_segment, count(*) as customers, round(sum(m_total), 2) as net_sales,
            round(100 * sum(m_total) / sum(sum(m_total)) over (), 1) as percent
        from marts.customer_rfm group by 1 order by 3 desc""",
    "Agreement of methods": """
        select method_a, method_b, dimension, same_share, cohens_kappa, adjusted_rand_index
        from marts.rfm_agreement order by dimension, adjusted_rand_index desc""",
    "Customers who bought within a month, last months": """
        select month_end_on, customer_count, recent_count, trend from marts.rfm_trend order by 1 desc limit 6""",
    "ABC": """
        select entity_kind, abc_class, count(*) as entities, round(sum(net_base), 2) as net_sales
        from marts.abc_classes group by 1, 2 order by 1, 2""",
    "Pareto: what the best customers bring": """
        select basis, customer_percent, cumulative_count, cumulative_base, cumulative_share
        from marts.pareto_curve where customer_percent in (1, 5, 10, 20, 50) order by 1, 2""",
    "Pyramid": """
        select scheme, tier, customer_count, net_base, cost_to_serve_base, contribution_base, share_of_contribution,
            contribution_basis
        from marts.profit_pyramid order by scheme, tier_no""",
    "BCG": """
        select entity_kind, axis_pair, quadrant, count(*) as entities, round(sum(net_base), 2) as net_sales
        from marts.bcg_matrix group by 1, 2, 3 order by 1, 2, 3""",
    "Cohorts: retention after 1, 3, 6, 12 complete months": """
        select month_no, sum(cohort_size) as customers, round(sum(active_count) / sum(cohort_size), 4) as retention
        from marts.cohort_retention where is_complete and month_no in (1, 3, 6, 12) group by 1 order by 1""",
}


def main() -> None:
    path = Path(sys.argv[1])
    if not path.is_file():
        sys.exit(f"{path}: no such file; give a release (CRM_HOME/releases/current.duckdb) or a work database")
    with duckdb.connect(str(path), read_only=True) as con:
        for title, sql in FIGURES.items():
            result = con.execute(sql)
            print(f"\n{title}\n  {' | '.join(column[0] for column in result.description)}")
            for row in result.fetchall():
                print("  " + " | ".join(str(value) for value in row))


if __name__ == "__main__":
    main()
