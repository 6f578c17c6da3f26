"""Funnel and sales over the demo company: nothing widens, everything adds up to core, planted steps are found."""

import pytest

from tests.marts.company import AS_OF, Company


def test_the_log_holds_every_deal_and_every_lead_that_became_none(company: Company) -> None:
    ((deals, leads, funnel),) = company.query(
        """select (select count(distinct subject_id) from marts.stage_events where subject_kind = 'deal'),
        (select count(*) from core.fct_leads where opportunity_id is null),
        (select sum(deal_count) from marts.sales_funnel where stage_no = 1)"""
    )
    assert deals + leads == funnel > 50
    assert company.query("select count(*) from core.fct_opportunities") == [(deals,)]


def test_a_funnel_counted_from_the_log_is_the_funnel(company: Company) -> None:
    counted = """select n, count(*) from range(1, 6) r(n) join (
            select subject_id, max(relationship_stage_no) as reached from marts.stage_events
            where subject_kind = 'person' group by all) on reached >= n group by n order by n"""
    stored = "select stage_no, customer_count from marts.relationship_funnel order by 1"
    assert company.query(counted) == company.query(stored)


def test_a_deal_stands_in_the_log_where_it_stands_in_the_funnel(company: Company) -> None:
    """But for deals with an activity after their loss: the funnel counts it, the log holds no step of a lost deal."""
    differing = company.query(
        """select e.deal_id from (
            select subject_id as deal_id, max(sales_stage_no) as reached_no from marts.stage_events
            where subject_kind = 'deal' group by all) e
        join (select distinct deal_id, reached_no from core.int_deals__stage_entries) f using (deal_id)
        where e.reached_no <> f.reached_no and deal_id not in (
            select a.subject_id from core.int_stage_signs a join core.int_stage_signs c using (subject_id)
            where a.source = 'activity' and c.outcome = 'lost' and a.shown_at >= c.shown_at)"""
    )
    assert differing == []


def test_the_last_event_of_a_deal_is_its_outcome(company: Company) -> None:
    wrong = company.query(
        """select o.opportunity_id, o.outcome, e.outcome from core.fct_opportunities o join (
            select subject_id, arg_max(outcome, event_no) as outcome from marts.stage_events
            where subject_kind = 'deal' group by all) e on o.opportunity_id = e.subject_id
        where o.outcome <> e.outcome"""
    )
    assert wrong == []


def test_planted_steps_back_and_re_openings_are_kept(company: Company) -> None:
    """Each deal that the truth opens again, and that lived to see it, has the event, and no other deal has one."""
    for kind, planted in (("step_back", "steps_back"), ("reopen", "opens_again")):
        ((found, unplanted),) = company.query(
            f"""select count(*), count(*) filter (where not t.{planted}) from '{{truth}}/deals.parquet' t
            join (select distinct subject_id from marts.stage_events where event_kind = '{kind}') e
                on e.subject_id = 'crm:' || t.opportunity_ref"""
        )
        assert found > 0
        assert unplanted == 0, kind


def test_the_forecast_learns_nothing_from_its_own_horizon(company: Company) -> None:
    late = """select count(*) from marts.stage_win_rates r
        where seen_all > (select count(*) from marts.deal_snapshots s
            where s.system = r.system and s.snapshot_on + 90 <= r.snapshot_on)"""
    assert company.query(late) == [(0,)]
    assert company.query("select max(seen_all) > 20 from marts.stage_win_rates") == [(True,)]


def test_forecast_and_actual_are_kept_and_the_bias_is_small(company: Company) -> None:
    """Over all months the chosen method is within a third of what was won of the deals that were open."""
    ((forecast, won, methods),) = company.query(
        """select sum(forecast_amount_base), sum(won_amount_base), count(distinct method) from marts.forecast_backtest
        where is_chosen and forecast_amount_base is not null"""
    )
    assert methods == 1
    assert abs(forecast / won - 1) < 1 / 3
    ((errors,),) = company.query(
        """select count(*) from marts.forecast_backtest
        where error_base <> forecast_amount_base - won_amount_base"""
    )
    assert errors == 0


def test_what_was_won_in_the_back_test_is_what_core_says(company: Company) -> None:
    assert (
        company.query(
            """select b.snapshot_on from marts.forecast_backtest b join (
            select f.snapshot_on, sum(o.amount_base) filter (
                where o.outcome = 'won' and o.closed_on > f.snapshot_on and o.closed_on <= f.until_on) as won
            from marts.deal_forecasts f join core.fct_opportunities o on o.opportunity_id = f.deal_id group by all
        ) c using (snapshot_on) where b.won_amount_base <> coalesce(c.won, 0)"""
        )
        == []
    )


def test_employees_and_departments_add_up_to_everything(company: Company) -> None:
    totals = company.query(
        """select sum(sales_base), sum(order_count) from marts.employee_sales where period_kind = 'month'
        union all select sum(sales_base), sum(order_count) from marts.employee_sales where period_kind = 'all'
        union all select sum(sales_base), sum(order_count) from marts.department_sales
            where period_kind = 'all' and level_no = 1
        union all select sum(sales_base), count(*) from core.fct_orders where not is_cancelled"""
    )
    assert len(set(totals)) == 1
    deals = company.query(
        """select sum(won_deal_count), sum(won_amount_base) from marts.employee_sales where period_kind = 'month'
        union all select sum(won_deal_count), sum(won_amount_base) from marts.department_sales
            where period_kind = 'month' and level_no = 1
        union all select count(*), sum(amount_base) from core.fct_opportunities where outcome = 'won'"""
    )
    assert len(set(deals)) == 1


def test_a_department_holds_what_those_below_it_hold(company: Company) -> None:
    assert (
        company.query(
            """select parent.department_path from marts.department_sales parent join marts.department_sales child
            on child.department_path like parent.department_path || ' > %' and child.level_no = parent.level_no + 1
            and child.period_kind = 'all' and parent.period_kind = 'all'
        group by parent.department_path, parent.sales_base
        having sum(child.sales_base) > parent.sales_base"""
        )
        == []
    )


def test_products_add_up_to_the_lines_to_the_cent(company: Company) -> None:
    totals = company.query(
        """select sum(sales_base), sum(returns_base) from marts.product_sales
        union all select (select sum(line_amount_base) from core.fct_order_lines where not is_cancelled),
            (select sum(deducted_base) from core.fct_returns)"""
    )
    assert len(set(totals)) == 1


def test_attainment_of_stores_and_sellers_is_counted_from_core(company: Company) -> None:
    wrong = company.query(
        """select t.target_id from marts.target_attainment t
        where t.subject_kind = 'store' and t.actual_value_base <> coalesce((
            select sum(sales_base) from core.fct_orders o where o.store_id = t.system || ':' || t.subject_ref
            and not o.is_cancelled and o.ordered_on between t.period_start and t.period_end), 0)
        or t.measure = 'won_deals' and t.actual_value_base <> (
            select count(*) from core.fct_opportunities o where o.employee_id = t.system || ':' || t.subject_ref
            and o.outcome = 'won' and o.closed_on between t.period_start and t.period_end)"""
    )
    assert wrong == []
    assert company.query("select count(*) > 50 from marts.target_attainment") == [(True,)]


def test_no_funnel_widens(company: Company) -> None:
    wider = company.query(
        """select * from (
            select system, stage_no, deal_count as now,
                lag(deal_count) over (partition by system order by stage_no) as before
            from marts.sales_funnel
            union all
            select 'people', stage_no, customer_count, lag(customer_count) over (order by stage_no)
            from marts.relationship_funnel)
        where now > before"""
    )
    assert wider == []


def test_the_outlook_gives_all_expected_money_of_the_open_deals_to_a_month_or_to_none(company: Company) -> None:
    """Per stage: won over decided deals that reached it, times what is open in it."""
    told = company.query(
        """select system, stage_no, sum(expected_base)::double from marts.sales_outlook group by all order by all"""
    )
    by_hand = company.query(
        f"""with rates as (
            select system, stage_no, count(*) filter (where outcome = 'won')
                / count(*) filter (where outcome <> 'open') as rate
            from core.int_deals__stage_entries group by all)
        select system, stage_no, (sum(expected_amount_base) * any_value(rate))::double
        from marts.deal_forecasts join rates using (system, stage_no)
        where snapshot_on = date '{AS_OF}' group by all order by all"""
    )
    assert len(told) == 3
    assert [row[:2] for row in told] == [row[:2] for row in by_hand]
    assert [row[2] for row in told] == pytest.approx([row[2] for row in by_hand], abs=0.01)
    assert company.query(f"select min(month_on) >= date_trunc('month', date '{AS_OF}') from marts.sales_outlook") == [
        (True,)
    ]
