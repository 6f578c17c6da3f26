"""Central rules of the marts are guarded: a bug planted in a model is seen by the invariant that stands for it."""

from collections.abc import Callable

import duckdb
import pytest

from tests.dbt.project import Dbt
from tests.marts.company import AS_OF, Company

GAPS = """select 1 from (
    select *, lead(valid_from) over (partition by {key} order by valid_from) as next_from from built)
    where valid_to is distinct from next_from or is_current <> (valid_to is null)"""
FLOWS = """(select segmentation, segment, count(*) from marts.segment_ledger where is_current group by all) except
    select segmentation, segment, arg_max(member_count, seen_on) from built group by all"""
PYRAMID = """select scheme from built group by scheme having sum(net_base) <> (
    select sum(net_base) from marts.customer_contribution where span = 'all_time')"""
OUTLOOK = """select 1 from built group by system, stage_no
    having abs(sum(expected_base) - max(win_rate) * max(open_amount_base)) > 0.01"""
WIDER = """select 1 from (
    select moved_on_count, lead(deal_count) over (partition by system order by stage_no) as next_count from built)
    where moved_on_count <> next_count"""
COHORTS = """select 1 where (select sum(net_base) from built) <> (
    select sum(m_total) from marts.customer_rfm)"""
SHOWN = "select 1 from built where (unit_count < 30) <> (score is null)"
LINES = """select 1 where (select sum(sales_base) from built) <> (
    select sum(sales_base) from core.fct_orders)"""

# Bug: model, the SQL as it is, the SQL with the bug, the query that finds rows when money or people no longer add up.
PLANTED = {
    "an interval starts at every month end": (
        "rfm_ledger", "where previous_segment is null or previous_segment <> rfm_segment", "where true",
        GAPS.format(key="customer_id") + " or previous_segment = rfm_segment"),
    "a first segment is no entry": (
        "rfm_ledger", "where previous_segment is null or previous_segment <> rfm_segment",
        "where previous_segment <> rfm_segment",
        "select customer_id from marts.customer_rfm except select customer_id from built"),
    "who leaves is not counted": ("segment_flows", "entered_count - left_count", "entered_count", FLOWS),
    "sales of nobody known are dropped": (
        "profit_pyramid", "where contribution.span =",
        "where contribution.customer_id is not null and contribution.span =", PYRAMID),
    "the customers of a tier count once per scheme": (
        "profit_pyramid", "and schemes.scheme = tiers.scheme", "", PYRAMID),
    "an open deal is won in every month": (
        "sales_outlook", "open_deals.system, open_deals.stage_no, open_deals.stage_days\n",
        "open_deals.system, open_deals.stage_no, open_deals.stage_days, waits.days\n", OUTLOOK),
    "who stays counts as moved on": ("sales_funnel", "reached_no > stage_no", "reached_no >= stage_no", WIDER),
    "returns count in cohorts as sales": ("cohort_retention", "-deducted_base", "deducted_base", COHORTS),
    "a figure of few answers is shown": ("voice_scores", "< 30", "< 3", SHOWN),
    "sales are gross": ("daily_sales", "sum(sales_base)", "sum(gross_base)", LINES),
}  # fmt: skip


@pytest.fixture(scope="module")
def sql(dbt: Dbt, company: Company) -> Callable[[str], str]:
    """The compiled SQL of a model, for the company's database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_WORK_DB", str(company.database))
        names = sorted({model for model, *_ in PLANTED.values()})
        result = dbt.invoke("compile", "--select", *names, as_of=AS_OF)
    assert result.success, result.exception
    found = {r.node.name: r.node.compiled_code for r in result.result}
    return lambda name: found[name]


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen_and_the_model_as_it_is_passes(
    company: Company, sql: Callable[[str], str], bug: str
) -> None:
    model, right, wrong, invariant = PLANTED[bug]
    text = sql(model)
    assert right in text, f"{model} has no such line any more; plant the bug in another one"
    with duckdb.connect(str(company.database)) as con:  # as dbt in this process opened it
        con.execute("set timezone = 'UTC'")
        con.execute(f"create or replace temp table built as {text}")
        assert con.execute(invariant).fetchall() == []
        con.execute(f"create or replace temp table built as {text.replace(right, wrong)}")
        assert con.execute(invariant).fetchall() != []
