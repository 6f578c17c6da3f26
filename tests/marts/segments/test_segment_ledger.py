"""The segment ledger on the demo company: it ends in the members of today, has no gap, and its flows add up to it."""

from orchestration.segments.rules import fact_columns
from tests.marts.company import Company

WITHOUT_PAST = {
    "favourite_category", "cycle_state", "last_nps_group", "abc_class", "profit_tier", "clv_margin_base", "value_level",
    "potential_level", "loyalty_level", "churn_probability", "purchase_probability", "p_alive", "clv_margin_12m",
    "margin_at_risk_12m", "response_rate",
}  # fmt: skip


def test_the_current_rows_are_the_members_of_the_day(company: Company) -> None:
    """The company's last day is the end of a quarter."""
    ledger = "select segmentation, segment, customer_id from marts.segment_ledger where is_current"
    members = """select segmentation, segment, customer_id from marts.segment_members
        where segmentation in (select segmentation from marts.segment_ledger)
            and customer_id in (select customer_id from intermediate.int_segments__dated)"""
    assert company.query(f"({ledger} except all {members}) union all ({members} except all {ledger})") == []
    assert company.query(f"select count(*) > 1000, count(distinct segmentation) from ({ledger})") == [(True, 6)]


def test_every_fact_with_a_past_is_today_what_the_facts_of_today_say(company: Company) -> None:
    names = [name for name in fact_columns() if name not in WITHOUT_PAST]
    then = f"select {', '.join(names)} from intermediate.int_segments__dated where seen_on = date '2026-06-30'"
    known = "select customer_id from intermediate.int_segments__dated"
    now = f"select {', '.join(names)} from marts.segment_facts where customer_id in ({known})"
    assert company.query(f"({then} except all {now}) union all ({now} except all {then})") == []


def test_only_persons_without_any_date_are_not_followed(company: Company) -> None:
    left_out = company.query("""
        select count(*), count(first_interaction_on), count(a.customer_id) from marts.dim_customers
        left join core.int_customers__preferences a using (customer_id)
        where customer_id not in (select customer_id from intermediate.int_segments__dated)""")
    assert left_out[0][1:] == (0, 0) and 0 < left_out[0][0] < 200


def test_the_history_of_facts_has_every_column_but_those_without_a_past(company: Company) -> None:
    columns = company.query("""
        select column_name from duckdb_columns()
        where schema_name = 'intermediate' and table_name = 'int_segments__dated'""")
    assert {name for (name,) in columns} == set(fact_columns()) - WITHOUT_PAST | {"seen_on"}


def test_intervals_of_a_segmentation_follow_each_other_and_one_is_current(company: Company) -> None:
    broken = company.query("""
        select count(*) filter (where valid_to > next_from), count(*) filter (where valid_to <= valid_from),
            count(*) filter (where is_current <> (valid_to is null)),
            count(*) filter (where valid_to = next_from and next_segment is distinct from following),
            count(*) filter (where next_segment is not null and valid_to is distinct from next_from),
            count(*) filter (where next_segment = segment or previous_segment = segment), max(current_count)
        from (select *, lead(valid_from) over w as next_from, lead(segment) over w as following,
                count(*) filter (where is_current) over (partition by segmentation, customer_id) as current_count
            from marts.segment_ledger window w as (partition by segmentation, customer_id order by valid_from))""")
    assert broken == [(0, 0, 0, 0, 0, 0, 1)]


def test_members_of_a_period_are_all_who_entered_less_all_who_left(company: Company) -> None:
    counted = """
        select segmentation, segment, seen_on, count(l.customer_id) as members
        from marts.segment_flows left join marts.segment_ledger l using (segmentation, segment)
        where l.valid_from <= seen_on and coalesce(l.valid_to > seen_on, true) group by all"""
    told = "select segmentation, segment, seen_on, member_count from marts.segment_flows where member_count > 0"
    assert company.query(f"({counted} except all {told}) union all ({told} except all {counted})") == []
    assert company.query("select min(member_count) >= 0 from marts.segment_flows") == [(True,)]
