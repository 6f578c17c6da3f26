"""Figures of the descriptive marts, printed: what docs/marts/*.md quote.

    python -m benchmarks.marts_report DATABASE               of any built warehouse: RFM, ABC, Pareto, BCG, funnel …
    python -m benchmarks.marts_report --hillstrom FILE       Hughes' decision on the Hillstrom e-mail challenge
    python -m benchmarks.marts_report --lines                lines per SQL model: median and most

DATABASE is a release or a work database; docs/examples/feeds has the feeds of UCI Online Retail and of Maven CRM. A
table without rows is told as such.
"""

import argparse
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

MODELS = Path(__file__).resolve().parents[1] / "dbt_project" / "models"
FIGURES = {
    "RFM segments": """
        select rfm_segment, count(*) as customers, round(sum(m_total), 2) as net_sales,
            round(100 * sum(m_total) / sum(sum(m_total)) over (), 1) as percent
        from marts.customer_rfm group by 1 order by 3 desc""",
    "RFM by five methods": """
        select method, count(distinct cell) as cells, count(distinct segment) as segments, count(*) as customers,
            count(*) filter (where is_best) as best, round(avg(weighted_score), 3) as mean_weighted_score
        from marts.rfm_scores group by 1 order by 1""",
    "RFM, who moved in the last month": """
        select from_segment, to_segment, customer_count, m_after from marts.rfm_movements
        where month_end_on = (select max(month_end_on) from marts.rfm_movements) and from_segment <> to_segment
        order by m_after desc, from_segment, to_segment limit 8""",
    "Hughes cells": """
        select count(*) as cells, min(customer_count) as least, max(customer_count) as most,
            sum(test_name_count) as test_names, sum(contact_count) as contacts, sum(response_count) as responses,
            max(break_even_rate) as break_even, count(*) filter (where is_roll_out) as roll_out,
            count(*) filter (where is_roll_out_shrunk) as roll_out_shrunk
        from marts.hughes_cells""",
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
    "Baskets: rules by basis and system": """
        select basis, system, count(*) as rules, max(basket_count) as baskets, round(max(lift), 2) as strongest_lift,
            count(*) filter (where p_holm < 0.05) as significant
        from marts.basket_rules group by 1, 2 order by 1, 2""",
    "Baskets: strongest rules of ten baskets and more": """
        select basis, antecedent, consequent, together_count, round(confidence, 3) as confidence, round(lift, 2) as lift
        from marts.basket_rules where together_count >= 10 and basis <> 'customer_category'
        order by marts.basket_rules.lift desc, antecedent, consequent limit 8""",
    "Cross-shop": """
        select category_name, other_category_name, both_count, round(cross_rate, 3) as cross_rate,
            round(lift, 2) as lift, other_sales_of_both_base
        from marts.cross_shop order by other_sales_of_both_base desc, 1, 2 limit 8""",
    "Funnel of deals": """
        select system, stage_no, stage, deal_count, conversion_rate, won_count, lost_count, won_amount_base,
            median_dwell_days
        from marts.sales_funnel order by 1, 2""",
    "Funnel of people": """
        select stage_no, stage, customer_count, conversion_rate from marts.relationship_funnel order by 1""",
    "Sales expected of open deals": """
        select system, month_on, round(sum(expected_win_count), 2) as wins, sum(expected_base) as expected
        from marts.sales_outlook group by 1, 2 order by 1, 2""",
    "Lifecycle now": """
        select stage_by_transaction as stage, count(*) as customers from marts.customer_lifecycle
        where is_current group by 1 order by 2 desc, 1""",
    "Segments: who came and went last": """
        select segmentation, segment, seen_on, entered_count, left_count, member_count from marts.segment_flows
        where seen_on = (select max(seen_on) from marts.segment_flows) order by 1, 6 desc, 2""",
}


def figures(database: Path) -> Iterator[tuple[str, list[str], list[tuple]]]:
    """Title, column names and rows of every figure; a table that the database lacks gives no rows."""
    with duckdb.connect(str(database), read_only=True) as con:
        for title, sql in FIGURES.items():
            try:
                result = con.execute(sql)
            except duckdb.CatalogException:
                yield title, [], []
            else:
                yield title, [column[0] for column in result.description], result.fetchall()


def line_counts() -> dict[str, int]:
    """Lines of every SQL model by its name."""
    return {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in sorted(MODELS.rglob("*.sql"))}


def main() -> None:
    """Run the script's command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("database", type=Path, nargs="?")
    options.add_argument("--hillstrom", type=Path, metavar="FILE")
    options.add_argument("--lines", action="store_true")
    chosen = options.parse_args()
    for path in (chosen.database, chosen.hillstrom):
        if path and not path.is_file():
            sys.exit(f"{path}: no such file; give a release (CRM_HOME/releases/current.duckdb) or a work database")
    if not (chosen.database or chosen.hillstrom or chosen.lines):
        options.error("give a database, --hillstrom FILE or --lines")
    if chosen.database:
        for title, names, rows in figures(chosen.database):
            print(f"\n{title}\n  {' | '.join(names) if rows else 'nothing'}")
            for row in rows:
                print("  " + " | ".join(str(value) for value in row))
    if chosen.hillstrom:
        from benchmarks import hughes_hillstrom

        hughes_hillstrom.report(chosen.hillstrom)
    if chosen.lines:
        counted = line_counts()
        longest = max(counted, key=lambda name: counted[name])
        median = statistics.median(counted.values())
        print(f"\n{len(counted)} SQL models: median {median:g} lines, most {counted[longest]} ({longest})")


if __name__ == "__main__":
    main()
