"""Figures of the descriptive marts as Markdown tables: what docs/marts/*.md quote.

    python -m benchmarks.marts_report DATABASE               of any built warehouse: RFM, ABC, Pareto, BCG, funnel …
    python -m benchmarks.marts_report --hillstrom FILE       Hughes' decision on the Hillstrom e-mail challenge
    python -m benchmarks.marts_report --lines                lines per SQL model: median and most

DATABASE is a release or a work database; benchmarks.real_data builds those of public data and prints them as a page.
"""

import argparse
import statistics
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb

MODELS = Path(__file__).resolve().parents[1] / "dbt_project" / "models"
FIGURES = {
    "Net value": """
        select min(sold_on) as first_day, max(sold_on) as last_day, sum(order_count)::bigint as orders,
            round(sum(sales_base), 2) as sales, round(sum(returns_base), 2) as returns, round(sum(net_base), 2) as net,
            (select count(*) from marts.dim_customers) as customers,
            (select count(*) from marts.customer_rfm) as with_a_purchase
        from marts.daily_sales""",
    "Lines": """
        select stream, sum(raw_rows)::bigint as delivered, sum(duplicate_rows)::bigint as delivered_twice,
            sum(kept_rows)::bigint as kept, sum(equal_lines_kept)::bigint as equal_lines_kept
        from marts.row_accounting where stream in ('order_lines', 'returns') group by 1 order by 1""",
    "RFM segments": """
        select rfm_segment, count(*) as customers, round(sum(m_total), 2) as net_sales,
            round(100 * sum(m_total) / sum(sum(m_total)) over (), 1) as percent
        from marts.customer_rfm group by 1 order by 3 desc""",
    "RFM by five methods": """
        select method, count(distinct cell) as cells, count(distinct segment) as segments, count(*) as customers,
            count(*) filter (where is_best) as best, round(avg(weighted_score), 3) as mean_weighted_score
        from marts.rfm_scores group by 1 order by 1""",
    "RFM, customers by method and segment": """
        select method, segment, count(*) as customers, round(sum(m_total), 2) as net_sales
        from marts.rfm_scores inner join marts.customer_rfm using (customer_id)
        where method in ('mean_octants', 'four_classes') group by 1, 2 order by 1, 3 desc, 2""",
    "RFM, customers by method and code": """
        with codes as (
            select method, dimension, code from marts.rfm_scores
            unpivot (code for dimension in (r_score, f_score, m_score))
        )
        select method, code, count(*) filter (where dimension = 'r_score') as by_r,
            count(*) filter (where dimension = 'f_score') as by_f, count(*) filter (where dimension = 'm_score') as by_m
        from codes group by 1, 2 order by 1, 2""",
    "RFM, who moved in the last month": """
        select from_segment, to_segment, customer_count as customers, round(m_after, 2) as net_sales_after
        from marts.rfm_movements
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
        select basis, customer_percent, cumulative_count as customers, round(cumulative_base, 2) as net_or_contribution,
            round(100 * cumulative_share, 1) as percent
        from marts.pareto_curve where customer_percent in (1, 5, 10, 20, 50) order by 1, 2""",
    "Pyramid": """
        select scheme, tier, customer_count as customers, round(net_base, 2) as net_sales,
            round(cost_to_serve_base, 2) as cost_to_serve, round(contribution_base, 2) as contribution,
            round(100 * share_of_contribution, 1) as percent, contribution_basis
        from marts.profit_pyramid order by scheme, tier_no""",
    "BCG": """
        select entity_kind, axis_pair, quadrant, count(*) as entities, round(sum(net_base), 2) as net_sales
        from marts.bcg_matrix group by 1, 2, 3 order by 1, 2, 3""",
    "Cohorts: retention after 1, 3, 6, 12 complete months": """
        select month_no, sum(cohort_size)::bigint as customers, sum(active_count)::bigint as active,
            round(100 * sum(active_count) / sum(cohort_size), 1) as percent
        from marts.cohort_retention where is_complete and month_no in (1, 3, 6, 12) group by 1 order by 1""",
    "Cohorts by the month of the first purchase": """
        select cohort_month_on as first_month, sum(cohort_size) filter (where month_no = 0)::bigint as customers,
            round(100 * sum(active_count) filter (where month_no = 1 and is_complete)
                / sum(cohort_size) filter (where month_no = 1 and is_complete), 1) as percent_after_1,
            round(100 * sum(active_count) filter (where month_no = 3 and is_complete)
                / sum(cohort_size) filter (where month_no = 3 and is_complete), 1) as percent_after_3,
            round(100 * sum(active_count) filter (where month_no = 6 and is_complete)
                / sum(cohort_size) filter (where month_no = 6 and is_complete), 1) as percent_after_6,
            round(100 * sum(active_count) filter (where month_no = 12 and is_complete)
                / sum(cohort_size) filter (where month_no = 12 and is_complete), 1) as percent_after_12
        from marts.cohort_retention group by 1 order by 1""",
    "Baskets: rules by basis and system": """
        select basis, system, count(*) as rules, max(basket_count) as baskets, round(max(lift), 2) as strongest_lift,
            count(*) filter (where p_holm < 0.05) as significant
        from marts.basket_rules group by 1, 2 order by 1, 2""",
    "Baskets: strongest rules of ten baskets and more": """
        select basis, antecedent, consequent, together_count, round(confidence, 3) as confidence, round(lift, 2) as lift
        from marts.basket_rules where together_count >= 10 and basis <> 'customer_category'
        order by marts.basket_rules.lift desc, antecedent, consequent limit 8""",
    "Baskets: rules by published thresholds": """
        with thresholds (support, confidence) as (
            values (0.006, 0.25), (0.001, 0.5), (0.001, 0.8), (0.001, 0.9), (0.01, 0.5)
        )
        select thresholds.support, thresholds.confidence, max(basket_count) as baskets, count(*) as rules,
            round(max(lift), 4) as strongest_lift
        from marts.basket_rules as rules inner join thresholds on together_count >= thresholds.support * basket_count
            and together_count >= thresholds.confidence * antecedent_count
        where basis = 'order_product' group by all order by rules desc""",
    "Cross-shop": """
        select category_name, other_category_name, both_count, round(cross_rate, 3) as cross_rate,
            round(lift, 2) as lift, round(other_sales_of_both_base, 2) as other_sales_of_both
        from marts.cross_shop order by other_sales_of_both_base desc, 1, 2 limit 8""",
    "Funnel of deals": """
        select system, stage_no, stage, deal_count, conversion_rate, won_count, lost_count,
            round(won_amount_base, 2) as won_amount, round(median_dwell_days, 1) as median_days
        from marts.sales_funnel order by 1, 2""",
    "Deals won": """
        select system, max(deal_count) as deals, max(won_count) as won, sum(lost_count)::bigint as lost,
            sum(open_count)::bigint as open, round(100 * max(win_rate) filter (where stage_no = 1), 2) as win_percent,
            round(max(won_amount_base), 2) as won_amount
        from marts.sales_funnel group by 1 order by 1""",
    "Bottlenecks": """
        select system, stage_no, stage, visit_count, lost_count, open_count, round(median_stay_days, 1) as median_days,
            stalled_count, round(lost_value_base, 2) as lost_value, bottleneck_rank
        from marts.funnel_bottlenecks order by 1, 2""",
    "Back-test of the forecast": """
        select system, count(*) as month_ends, sum(deal_count)::bigint as deals,
            round(sum(forecast_amount_base), 2) as forecast, round(sum(won_amount_base), 2) as won
        from marts.forecast_backtest where is_chosen and forecast_amount_base is not null group by 1 order by 1""",
    "Employees, all time": """
        select employee_name, department_path, won_deal_count as won, lost_deal_count as lost,
            round(100 * win_rate, 1) as win_percent, round(won_amount_base, 2) as won_amount
        from marts.employee_sales where period_kind = 'all' and won_deal_count > 0
        order by won_amount_base desc, employee_id limit 5""",
    "Funnel of people": """
        select stage_no, stage, customer_count, conversion_rate from marts.relationship_funnel order by 1""",
    "Sales expected of open deals": """
        select system, month_on, round(sum(expected_win_count), 2) as wins, round(sum(expected_base), 2) as expected
        from marts.sales_outlook group by 1, 2 order by 1, 2""",
    "Lifecycle now": """
        select stage_by_transaction as stage, count(*) as customers from marts.customer_lifecycle
        where is_current group by 1 order by 2 desc, 1""",
    "Segments: who came and went last": """
        select segmentation, segment, seen_on, entered_count, left_count, member_count from marts.segment_flows
        where seen_on = (select max(seen_on) from marts.segment_flows) order by 1, 6 desc, 2""",
}


def shown(value: object) -> str:
    """A cell: thousands apart, nothing as a dash."""
    if value is None:
        return "–"
    return f"{value:,}" if _is_number(value) else str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Lines of a Markdown table, numbers to the right; one line that says so when there is no row."""
    if not rows:
        return ["No row."]
    numbers = [all(row[no] is None or _is_number(row[no]) for row in rows) for no in range(len(names))]
    lines = [f"| {' | '.join(names)} |", "|" + "".join("---:|" if number else "---|" for number in numbers)]
    return lines + [f"| {' | '.join(map(shown, row))} |" for row in rows]


def figures(con: duckdb.DuckDBPyConnection, titles: Iterable[str] = tuple(FIGURES)) -> list[str]:
    """Lines of Markdown: a heading and a table for each figure; a table that the database lacks has no row."""
    con.execute("set timezone = 'UTC'")
    lines: list[str] = []
    for title in titles:
        try:
            result = con.execute(FIGURES[title])
            found = table([column[0] for column in result.description], result.fetchall())
        except duckdb.CatalogException:
            found = table((), ())
        lines += ["", f"### {title}", "", *found]
    return lines


def line_counts() -> dict[str, int]:
    """Lines of every SQL model by its name."""
    return {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in sorted(MODELS.rglob("*.sql"))}


def lines_per_model() -> str:
    """One line: how many SQL models, median and most."""
    counted = line_counts()
    longest = max(counted, key=lambda name: counted[name])
    median = statistics.median(counted.values())
    return f"{len(counted)} SQL models: median {median:g} lines, most {counted[longest]} (`{longest}`)."


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
        with duckdb.connect(str(chosen.database), read_only=True) as con:
            print("\n".join(figures(con)))
    if chosen.hillstrom:
        from benchmarks import hughes_hillstrom

        print("\n".join(hughes_hillstrom.report(chosen.hillstrom)))
    if chosen.lines:
        print(lines_per_model())


if __name__ == "__main__":
    main()
