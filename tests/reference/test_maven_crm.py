"""Maven CRM through its worked feeds: the published pipeline figures, dirty keys loaded as delivered."""

from datetime import datetime
from decimal import Decimal

import pytest

from tests.reference.feeds import totals, warehouse

FEEDS = ("maven_accounts", "maven_products", "maven_agents", "maven_managers", "maven_pipeline")


@pytest.fixture(scope="module")
def maven(reference_data, tmp_path_factory):
    with warehouse(tmp_path_factory.mktemp("maven"), MAVEN_CRM=reference_data / "maven_crm") as (con, take):
        yield con, {name: totals(take(name)) for name in FEEDS}


def rows(con, sql):
    return con.execute(sql).fetchall()


def test_every_record_is_loaded(maven):
    con, counted = maven
    assert counted == {
        "maven_accounts": {"customers": (85, 85, 0, 0)},
        "maven_products": {"products": (7, 7, 0, 0)},
        "maven_agents": {"employees": (35, 35, 0, 0)},
        "maven_managers": {"employees": (35, 35, 0, 0)},
        "maven_pipeline": {"opportunities": (8_800, 8_800, 0, 0), "opportunity_stages": (8_300, 8_300, 0, 0)},
    }
    assert rows(con, "select * from ops.quarantine") == []


def test_wins_losses_and_won_value_are_the_published_ones(maven):
    con, _ = maven
    sql = "select outcome, count(*), sum(amount), any_value(currency) from raw.opportunities group by 1 order by 1"
    assert rows(con, sql) == [
        ("lost", 2_473, Decimal("0.0000"), "USD"),
        ("open", 2_089, None, "USD"),
        ("won", 4_238, Decimal("10005534.0000"), "USD"),
    ]
    assert round(4_238 / (4_238 + 2_473) * 100, 2) == 63.15


def test_month_comes_before_day(maven):
    con, _ = maven
    sql = "select min(created_at), max(created_at), min(closed_at), max(closed_at) from raw.opportunities"
    days = ((2016, 10, 20), (2017, 12, 27), (2017, 3, 1), (2017, 12, 31))
    assert rows(con, sql) == [tuple(datetime(*day) for day in days)]


def test_the_present_stage_has_the_day_it_was_entered(maven):
    con, _ = maven
    sql = """select s.stage, count(*), count(*) filter (where s.entered_at = o.closed_at), bool_and(s.stage = o.stage)
        from raw.opportunity_stages s join raw.opportunities o using (opportunity_ref) group by 1 order by 1"""
    assert rows(con, sql) == [("Engaging", 1_589, 0, True), ("Lost", 2_473, 2_473, True), ("Won", 4_238, 4_238, True)]
    assert rows(con, "select count(*) from raw.opportunities where created_at is null and stage = 'Prospecting'") == [
        (500,)
    ]


def test_accounts_form_a_hierarchy_and_deals_name_known_accounts(maven):
    con, _ = maven
    sql = """select count(parent_customer_ref), count(distinct parent_customer_ref), count(distinct customer_ref),
        bool_and(parent_customer_ref is null or parent_customer_ref in (select customer_ref from raw.customers)),
        list(distinct customer_kind) from raw.customers"""
    assert rows(con, sql) == [(15, 7, 85, True, ["group"])]
    sql = """select count(*) filter (where customer_ref is null),
        count(*) filter (where customer_ref not in (select customer_ref from raw.customers)) from raw.opportunities"""
    assert rows(con, sql) == [(1_425, 0)]


def test_agents_report_to_managers_who_are_employees(maven):
    con, _ = maven
    sql = """select role, count(distinct employee_ref), count(distinct manager_ref), count(distinct department_path)
        from raw.employees group by 1 order by 1"""
    assert rows(con, sql) == [("Sales agent", 35, 6, 3), ("Sales manager", 6, 0, 3)]
    sql = """select count(*) from raw.employees where manager_ref is not null
        and manager_ref not in (select employee_ref from raw.employees where role = 'Sales manager')"""
    assert rows(con, sql) == [(0,)]
    unknown = (
        "select count(*) from raw.opportunities where employee_ref not in (select employee_ref from raw.employees)"
    )
    assert rows(con, unknown) == [(0,)]


def test_dirty_keys_are_loaded_as_delivered(maven):
    con, _ = maven
    sql = """select distinct product_ref from raw.opportunities
        where product_ref not in (select product_ref from raw.products)"""
    assert rows(con, sql) == [("GTXPro",)]
    counts = """select count(*) filter (where sector = 'technolgy'), count(*) filter (where country = 'Philipines')
        from raw.customers"""
    assert rows(con, counts) == [(12, 1)]


def test_columns_without_a_place_in_the_contract_are_kept(maven):
    con, _ = maven
    sql = (
        "select _extra->>'year_established', annual_revenue from raw.customers where customer_ref = 'Acme Corporation'"
    )
    assert rows(con, sql) == [("1996", Decimal("1100.0400"))]
