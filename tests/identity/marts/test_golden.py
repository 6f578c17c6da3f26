"""The golden record holds what the records state, says whence, and loses nothing."""

import pytest

from tests.marts.company import Company

STATED = """
    select customer_id, '{field}' as field, cast({column} as varchar) as value, system, record_ref
    from staging.{model} join identity.identity_links l using (system)
    where l.stream = '{stream}' and l.record_ref = {key} and customer_id is not null and {column} is not null"""
SOURCES = {
    "stg_sales__customers": ("customers", "customer_ref"),
    "stg_sales__leads": ("leads", "lead_ref"),
}
COLUMNS = {
    "email": ("email_norm", SOURCES),
    "phone": ("phone_norm", SOURCES),
    "birth_date": ("birth_date", ["stg_sales__customers"]),
    "city": ("city", ["stg_sales__customers"]),
    "occupation": ("occupation", ["stg_sales__customers"]),
}


def stated(field: str) -> str:
    """The values of a field, written once more and independently of the models: customer_id, field, value, record."""
    column, models = COLUMNS[field]
    parts = [
        STATED.format(field=field, column=column, model=model, stream=SOURCES[model][0], key=SOURCES[model][1])
        for model in models
    ]
    blocked = f"(select value from seeds.blocked_identifiers where kind = '{field}')"
    return f"(select * from ({' union all '.join(parts)}) where value not in {blocked})"


@pytest.mark.parametrize("field", COLUMNS)
def test_the_cell_and_its_losers_are_all_values_that_are_stated(company: Company, field: str) -> None:
    kept = "select customer_id, value from marts.{} where field = '{}'"
    ours = f"{kept.format('customer_golden_cells', field)} union all {kept.format('customer_golden_losers', field)}"
    theirs = f"select distinct customer_id, value from {stated(field)}"
    assert company.query(f"({ours}) except all ({theirs})") == []
    assert company.query(f"({theirs}) except all ({ours})") == []
    assert company.query(f"select count(*) > 50 from ({theirs})") == [(True,)]


@pytest.mark.parametrize("field", COLUMNS)
def test_the_record_that_a_cell_names_states_its_value(company: Company, field: str) -> None:
    cells = (
        f"select customer_id, field, value, system, record_ref from marts.customer_golden_cells where field = '{field}'"
    )
    assert company.query(f"{cells} except all select * from {stated(field)}") == []


def test_the_parts_of_an_address_come_from_one_record(company: Company) -> None:
    mixed = company.query("""
        select customer_id from marts.customer_golden_cells
        where field in ('street', 'city', 'region', 'postal_code', 'country')
        group by customer_id having count(distinct system || record_ref) > 1""")
    assert mixed == []
    assert company.query("select count(*) > 50 from marts.customer_golden_losers where field = 'street'") == [(True,)]


def test_the_customer_view_shows_the_golden_record(company: Company) -> None:
    fields = ("full_name", "email", "phone", "city", "birth_date", "gender", "occupation", "company_name")
    for field in fields:
        ours = f"select customer_id, cast({field} as varchar) from marts.dim_customers where {field} is not null"
        cells = f"select customer_id, value from marts.customer_golden_cells where field = '{field}'"
        assert company.query(f"({ours}) except all ({cells})") == [], field


def test_the_newest_of_the_most_trusted_addresses_wins(company: Company) -> None:
    """Of e-mail the policy is trust, then recency; accounts are trusted alike, and more than leads."""
    beaten = company.query(f"""
        with best as (
            select customer_id, value, max(stated_at) as stated_at from (
                select s.customer_id, s.value, coalesce(c.updated_at, c.created_at) as stated_at
                from {stated("email")} s
                join staging.stg_sales__customers c on s.system = c.system and s.record_ref = c.customer_ref)
            group by all)
        select cells.customer_id from marts.customer_golden_cells cells
        join best as ours on cells.customer_id = ours.customer_id and cells.value = ours.value
        join best as others on cells.customer_id = others.customer_id and others.stated_at > cells.stated_at
        where cells.field = 'email'""")
    assert beaten == []
