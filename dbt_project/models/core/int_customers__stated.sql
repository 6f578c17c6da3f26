{{ config(materialized='view') }}
{%- set units = {
    'customer_kind': ['customer_kind'], 'name': ['full_name', 'given_name', 'family_name'], 'email': ['email'], 'phone': ['phone'],
    'birth_date': ['birth_date'], 'gender': ['gender'], 'address': ['street', 'city', 'region', 'postal_code', 'country'],
    'company_name': ['company_name'], 'sector': ['sector'], 'occupation': ['occupation'], 'income_band': ['income_band'],
    'education': ['education'], 'language': ['language']
} -%}
{%- set streams = {
    'stg_sales__customers': ('customers', 'customer_ref', 'coalesce(updated_at, created_at)', {
        'full_name': 'coalesce(name, ' ~ full_name('given_name', 'family_name') ~ ')',
        'email': 'email_norm', 'phone': 'phone_norm', 'birth_date': 'cast(birth_date as varchar)'
    }, units.values() | sum(start=[])),
    'stg_sales__leads': ('leads', 'lead_ref', 'coalesce(updated_at, created_at)', {
        'full_name': 'name', 'email': 'email_norm', 'phone': 'phone_norm'
    }, ['full_name', 'email', 'phone', 'company_name']),
    'stg_social__profiles': ('profiles', 'profile_ref', 'coalesce(updated_at, created_at)', {
        'full_name': 'display_name', 'email': 'email_norm', 'phone': 'phone_norm'
    }, ['full_name', 'email', 'phone', 'language']),
    'stg_sales__orders': ('orders', 'order_ref', 'ordered_at', {'email': 'email_norm', 'phone': 'phone_norm'}, ['email', 'phone']),
    'stg_web__identifies': ('identifies', 'visitor_ref', 'identified_at', {
        'email': 'email_norm', 'phone': 'phone_norm'
    }, ['email', 'phone'])
} -%}

-- A record's columns become rows, one per unit of the golden record; the parts of a unit are joined by ␟.
with

links as (

    select * from {{ ref('identity_links') }} where customer_id is not null

),

records as (

    {% for model, (stream, key, at, terms, fields) in streams.items() -%}
    select
        {%- for field in units.values() | sum(start=[]) %}
        {{ 'null' if field not in fields else terms.get(field, field) }} as {{ field }},
        {%- endfor %}
        '{{ stream }}' as stream,
        system,
        {{ key }} as record_ref,
        {{ at }} as stated_at
    from {{ ref(model) }}
    {% if not loop.last %}union all
    {% endif -%}
    {%- endfor %}

),

linked as (

    select
        records.*,
        links.customer_id
    from records
    inner join links
        on
            records.stream = links.stream
            and records.system = links.system
            and records.record_ref = links.record_ref

)

{% for unit, fields in units.items() -%}
select
    customer_id,
    '{{ unit }}' as unit,
    {% for field in fields -%}
    {{ "coalesce(" ~ field ~ ", '')" if fields | length > 1 else field }}{{ ' as value,' if loop.last else " || '␟' ||" }}
    {% endfor -%}
    0
    {%- for field in fields %}
    + case when {{ field }} is not null then 1000 + length({{ field }}) else 0 end
    {%- endfor %} as completeness,
    stream,
    system,
    record_ref,
    stated_at
from linked
where coalesce({{ fields | join(', ') }}{{ ', null' if fields | length == 1 }}) is not null
{% if not loop.last %}union all
{% endif -%}
{%- endfor %}
