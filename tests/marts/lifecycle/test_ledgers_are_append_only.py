"""A build as of a past day equals the marts of today cut at that day, row for row."""

from pathlib import Path

import pytest
import yaml

from tests.dbt.project import PROJECT, Dbt
from tests.marts.company import Company
from tests.marts.ledgers import PAST, differing, rebuilt

MONTH = PAST[:8] + "01"
CLOSED = "2025-09-01"  # touches of the months before have led somewhere or not, what was sent back has come
CREDITS = ("net_base", *(f"{rule}_base" for rule in ("first", "last", "linear", "position", "decay")))
SETTLED_LATER = ("complaint_resolution_rate", "renewal_rate")

# Per mart the rows of today that were known on the day, and what to compare of the build of that day.
CUTS = {
    "stage_events": (f"occurred_on <= date '{PAST}' or occurred_on is null", "true", "*"),
    "customer_lifecycle": (
        f"valid_from <= date '{PAST}'",
        "true",
        "customer_id, interval_no, valid_from, state, stage_by_transaction, stage_by_relationship, stage_by_management,"
        f" case when valid_to <= date '{PAST}' then valid_to end as valid_to,"
        f" coalesce(valid_to > date '{PAST}', true) as is_current",
    ),
    "lifecycle_windows": (f"month_on <= date '{PAST}'", "true", "*"),
    "lifecycle_transitions": (f"month_on < date '{MONTH}'", f"month_on < date '{MONTH}'", "*"),
    "lifecycle_monthly": (f"month_on < date '{MONTH}'", f"month_on < date '{MONTH}'", "*"),
    "churn_reasons": (f"lost_on <= date '{PAST}'", "true", "* exclude (is_lost_now)"),
    "stage_win_rates": (f"snapshot_on < date '{MONTH}'", f"snapshot_on < date '{MONTH}'", "*"),
    "deal_forecasts": (
        f"snapshot_on < date '{MONTH}'",
        f"snapshot_on < date '{MONTH}'",
        f"* exclude (is_known, is_won, won_amount_base), until_on <= date '{PAST}' and is_won as is_won",
    ),
    "rfm_ledger": (
        f"valid_from <= date '{PAST}'",
        "true",
        f"* replace (case when valid_to <= date '{PAST}' then valid_to end as valid_to,"
        f" coalesce(valid_to > date '{PAST}', true) as is_current)",
    ),
    "rfm_movements": (f"month_end_on <= date '{PAST}'", "true", "*"),
    "rfm_trend": (f"month_end_on <= date '{PAST}'", "true", "*"),
    "segment_ledger": (
        f"valid_from <= date '{PAST}'",
        "true",
        f"* replace (case when valid_to <= date '{PAST}' then valid_to end as valid_to,"
        f" case when valid_to <= date '{PAST}' then next_segment end as next_segment,"
        f" coalesce(valid_to > date '{PAST}', true) as is_current)",
    ),
    "segment_flows": (f"seen_on <= date '{PAST}'", "true", "*"),
    "cohort_retention": (f"is_complete and month_on < date '{MONTH}'", "is_complete", "*"),
    "category_customer_flow": (f"quarter_on < date_trunc('quarter', date '{PAST}')", "is_complete", "*"),
    "product_customer_flow": (f"quarter_on < date_trunc('quarter', date '{PAST}')", "is_complete", "*"),
    "churn_cases": (f"is_lost and lost_on <= date '{PAST}'", "is_lost", "* exclude (is_lost_now)"),
    "daily_sales": (f"sold_on <= date '{PAST}'", "true", "*"),
    "product_sales": (f"month_on < date '{MONTH}'", f"month_on < date '{MONTH}'", "*"),
    "employee_sales": (
        f"period_kind = 'month' and period_on < date '{MONTH}'",
        f"period_kind = 'month' and period_on < date '{MONTH}'",
        "*",
    ),
    "order_coverage": (f"month_on < date '{MONTH}'", f"month_on < date '{MONTH}'", "*"),
    "voice_scores": (  # complaints are resolved and contracts renewed later
        f"period_kind = 'month' and period_on < date '{MONTH}' and metric not in {SETTLED_LATER}",
        f"period_kind = 'month' and period_on < date '{MONTH}' and metric not in {SETTLED_LATER}",
        "*",
    ),
    "deal_snapshots": (
        f"snapshot_on < date '{MONTH}'",
        f"snapshot_on < date '{MONTH}'",
        f"* replace (case when won_on <= date '{PAST}' then won_on end as won_on,"
        f" case when won_on <= date '{PAST}' then won_amount_base else 0 end as won_amount_base)",
    ),
    "churn_evidence": (f"lost_on <= date '{PAST}'", "lost_on is not null", "* exclude (is_lost)"),
    "department_sales": (
        f"period_kind = 'month' and period_on < date '{MONTH}'",
        f"period_kind = 'month' and period_on < date '{MONTH}'",
        "*",
    ),
    "target_attainment": (f"period_end <= date '{PAST}'", f"period_end <= date '{PAST}'", "*"),
    "metrics_monthly": (f"month_on < date '{MONTH}'", f"month_on < date '{MONTH}'", "*"),
    "text_sentiment": (f"said_on <= date '{PAST}'", "true", "*"),
    "conversion_touchpoints": (  # goods are sent back later, so money is compared where that is over
        f"ordered_on <= date '{PAST}'",
        "true",
        "* replace ("
        + ", ".join(f"case when ordered_on < date '{CLOSED}' then {money} end as {money}" for money in CREDITS)
        + ")",
    ),
    "channel_attribution": (  # Markov divides every month by all paths
        f"attribution_rule <> 'markov' and month_on < date '{MONTH}'",
        f"attribution_rule <> 'markov' and month_on < date '{MONTH}'",
        f"* replace (case when month_on < date '{CLOSED}' then revenue_base end as revenue_base)",
    ),
    "channel_performance": (f"month_on < date '{CLOSED}'", f"month_on < date '{CLOSED}'", "*"),
    "forecast_backtest": (f"until_on <= date '{PAST}'", "true", "* exclude (brier_score_all, is_chosen)"),
}

# Marts of one day: what the facts of today say up to the past day, and what the mart of that day says.
OF_ONE_DAY = {
    "channel_removal_effects": (
        f"""select channel_group, count(*) from intermediate.int_channel_touches
            where touched_at < date '{PAST}' + 1 group by all""",
        "select channel_group, touch_count from marts.channel_removal_effects",
    ),
    "channel_reallocation": (
        f"""select channel_group, source, sum(cost_base) from core.fct_marketing_spend
            where month_on > date '{PAST}' - 365 and spent_on <= date '{PAST}'
            group by all having sum(cost_base) > 0""",
        "select channel_group, source, spend_base from marts.channel_reallocation",
    ),
    "campaign_method_effect": (
        f"""with sent as (
                select campaign_id, customer_id from core.fct_campaign_contacts where customer_id is not null
                group by all having min(sent_on) <= date '{PAST}' - 14
            )
            select channel_group, count(*) filter (where is_treated), count(*) filter (where not is_treated),
                count(*) filter (where is_treated and has_responded), sum(cost_base)
            from intermediate.int_campaign_units semi join sent using (campaign_id, customer_id) group by all""",
        """select channel_group, treated_count, control_count, responded_count, cost_base
            from marts.campaign_method_effect where customer_type = 'all'""",
    ),
}

OF_THE_FUTURE = {"sales_outlook"}


def keys_with_a_day() -> set[str]:
    """Public marts that have a day in their key: rows of the past that a later build has again."""
    found = set()
    for file in (PROJECT / "models" / "marts").rglob("*.yml"):
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", []):
            tests = [test for test in model.get("data_tests", []) if "unique_combination" in test]
            key = {name for test in tests for name in test["unique_combination"]["arguments"]["columns"]}
            days = {column["name"] for column in model["columns"] if column["data_type"] in ("date", "timestamp")}
            if key & days and not model["name"].startswith("int_"):
                found.add(model["name"])
    return found


def test_every_mart_with_rows_of_the_past_is_compared() -> None:
    """All others are of one day: they read what staging lets pass, and it lets nothing later than as_of pass."""
    assert keys_with_a_day() - OF_THE_FUTURE <= set(CUTS)


@pytest.fixture(scope="module")
def past(dbt: Dbt, company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rebuilt(dbt, company, tmp_path_factory.mktemp("past"))


@pytest.mark.parametrize("mart", CUTS)
def test_a_build_of_a_past_day_is_the_ledger_cut_there(company: Company, past: Path, mart: str) -> None:
    known, whole, columns = CUTS[mart]
    cut = f"select {columns} from marts.{mart} where {known}"
    assert company.query(f"select count(*) > 10 from marts.{mart} where {known}") == [(True,)]
    assert differing(company.database, past, cut, f"select {columns} from marts.{mart} where {whole}") == []


@pytest.mark.parametrize("mart", OF_ONE_DAY)
def test_a_mart_of_a_past_day_knows_what_happened_until_then(company: Company, past: Path, mart: str) -> None:
    known, then = OF_ONE_DAY[mart]
    assert company.query(f"select count(*) > 1 from ({known})") == [(True,)]
    assert differing(company.database, past, known, then) == []


def test_the_comparison_sees_a_row_that_was_changed_afterwards(company: Company, past: Path) -> None:
    known, _, _ = CUTS["stage_events"]
    cut = "select * replace (event_no + (event_id = (select min(event_id) from marts.stage_events))::int as event_no)"
    found = differing(company.database, past, f"{cut} from marts.stage_events where {known}", "from marts.stage_events")
    assert len(found) == 2
