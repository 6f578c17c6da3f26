"""The lifecycle ledger over the demo company: complete intervals, balanced months, planted losses recovered."""

from decimal import Decimal

from tests.marts.company import Company

# Persons of the truth by the customer that most of their records became, with the present state.
PERSONS = """
    with known as (
        select r.entity_id as person_id, mode(b.customer_id order by b.customer_id) as customer_id
        from '{truth}/records.parquet' r join marts.bridge_customer_identities b using (system, record_ref)
        where r.entity_id like 'P%' group by all
    ), bought as (
        select customer_id, max(purchased_on) as last_on, count(*) as days
        from core.int_customers__purchase_days group by all
    ), persons as (
        select p.churned_on, b.last_on, b.days, l.state, l.valid_from
        from '{truth}/people_*.parquet' p join known using (person_id) join bought b using (customer_id)
        join marts.customer_lifecycle l on l.customer_id = known.customer_id and l.is_current
    )"""


def test_intervals_of_a_person_leave_no_gap_and_one_lasts(company: Company) -> None:
    broken = company.query(
        """select customer_id from (
            select *, lead(valid_from) over (partition by customer_id order by interval_no) as next_from
            from marts.customer_lifecycle)
        where valid_to is distinct from next_from or is_current <> (valid_to is null) or valid_to <= valid_from"""
    )
    assert broken == []
    current = "select count(*) filter (where is_current), count(distinct customer_id) from marts.customer_lifecycle"
    ((lasting, persons),) = company.query(current)
    shown = "select count(distinct customer_id) from core.customer_interactions where type <> 'campaign_contact'"
    assert company.query(shown) == [(persons,)]
    assert lasting == persons


def test_states_agree_with_the_days_since_the_last_purchase(company: Company) -> None:
    wrong = company.query(
        """select l.state, count(*) from marts.customer_lifecycle l
        join marts.customer_rfm r using (customer_id)
        join marts.lifecycle_windows w on w.month_on = date_trunc('month', r.last_purchase_on)
        where l.is_current and case
            when r_days >= lost_days then 'lost'
            when r_days >= dormant_days then 'dormant'
            else 'buying' end
            <> case l.state when 'lost' then 'lost' when 'dormant' then 'dormant' when 'dormant_once' then 'dormant'
            else 'buying' end
        group by all"""
    )
    assert wrong == []


def test_months_balance_and_end_in_the_present_states(company: Company) -> None:
    last = """select stage, end_count from marts.lifecycle_monthly where vocabulary = 'state'
        and month_on = (select max(month_on) from marts.lifecycle_monthly) and end_count > 0 order by all"""
    now = "select state, count(*) from marts.customer_lifecycle where is_current group by all order by all"
    assert company.query(last) == company.query(now)
    carried = """select * from (select start_count, lag(end_count) over (
            partition by vocabulary, stage order by month_on) as before_count from marts.lifecycle_monthly)
        where start_count <> before_count"""
    assert company.query(carried) == []


def test_nobody_becomes_new_twice_or_potential_again(company: Company) -> None:
    pairs = company.query(
        "select distinct from_stage, to_stage from marts.lifecycle_transitions where vocabulary = 'transaction'"
    )
    assert set(pairs) <= {
        ("none", "potential"), ("none", "new"), ("potential", "new"), ("new", "active"), ("new", "churned"),
        ("active", "churned"), ("churned", "active"),
    }  # fmt: skip


def test_planted_losses_are_found(company: Company) -> None:
    """Of persons who left 240 days ago or more, 90 to 100 % are lost; half had bought within 90 days before leaving."""
    ((share, waited),) = company.query(
        PERSONS
        + """select avg((state = 'lost')::int), median(churned_on - last_on) from persons
        where churned_on <= date '2026-06-30' - 240"""
    )
    assert 0.90 <= share <= 1
    assert 0 <= waited <= 90


def test_who_left_is_lost_much_more_often_than_who_stayed(company: Company) -> None:
    """A loyal customer who seldom buys looks lost, too: of those with three days of purchase at most a quarter."""
    ((share,),) = company.query(
        PERSONS + "select avg((state = 'lost')::int) from persons where churned_on is null and days >= 3"
    )
    assert share <= 0.25


def test_every_loss_has_reasons_ranked_from_one_and_money_ties_to_core(company: Company) -> None:
    assert (
        company.query(
            """select lost_on from marts.churn_reasons group by customer_id, lost_on
        having min(reason_rank) <> 1 or max(reason_rank) <> count(*) or bool_or(reason = 'unknown') and count(*) > 1"""
        )
        == []
    )
    ((reasons, losses),) = company.query(
        """select (select count(*) from marts.churn_reasons where reason_rank = 1),
        (select count(*) from marts.customer_lifecycle where state = 'lost')"""
    )
    assert reasons == losses > 100
    ((found, meant),) = company.query(
        """select (select sum(sales_12m_base) from marts.churn_reasons where reason_rank = 1),
        (select sum(o.sales_base) from marts.churn_cases c join core.fct_orders o using (customer_id)
            where c.is_lost and not o.is_cancelled and o.positive_line_count > 0
            and o.ordered_on between c.last_purchase_on - 364 and c.last_purchase_on)"""
    )
    assert found == meant > Decimal(0)


def test_evidence_lies_before_the_loss(company: Company) -> None:
    assert company.query("select * from marts.churn_reasons where last_evidence_on >= lost_on") == []
