{{ config(materialized='view') }}
{%- set fields = [
    'customer_kind', 'email', 'phone', 'birth_date', 'gender', 'company_name', 'sector', 'occupation', 'income_band', 'education',
    'language'
] -%}
{%- set parts = {
    'full_name': ('name', 1), 'given_name': ('name', 2), 'family_name': ('name', 3), 'street': ('address', 1), 'city': ('address', 2),
    'region': ('address', 3), 'postal_code': ('address', 4), 'country': ('address', 5)
} -%}

select
    {%- for field in fields %}
    max(case when unit = '{{ field }}' then {{ 'cast(value as date)' if field == 'birth_date' else 'value' }} end) as {{ field }},
    {%- endfor %}
    {%- for field, (unit, part_no) in parts.items() %}
    max(case when unit = '{{ unit }}' then nullif(split_part(value, '␟', {{ part_no }}), '') end) as {{ field }},
    {%- endfor %}
    customer_id
from {{ ref('int_customers__contest') }}
where place = 1
group by customer_id
