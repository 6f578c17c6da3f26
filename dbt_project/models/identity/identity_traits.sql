-- Only records that describe somebody are compared; a guest order or a device has nothing but identifiers. A guarded value
-- tells nothing, so it is left out here.
with

points as (

    select * from {{ ref('identity_points') }} where stream in ('customers', 'leads', 'profiles')

),

guarded as (

    select
        point_no,
        max(case when kind = 'email' then 1 end) as email,
        max(case when kind = 'phone' then 1 end) as phone,
        max(case when kind = 'card_ref' then 1 end) as card,
        max(case when kind = 'tax' then 1 end) as tax,
        max(case when kind = 'birth' and guard_reason = 'blocked_value' then 1 end) as birth
    from {{ ref('identity_evidence') }}
    where is_guarded
    group by point_no

),

said as (

    select
        points.point_no,
        points.account_key,
        points.stream = 'customers' as is_account,
        points.subject,
        points.given_norm,
        points.given_forms,
        points.family_norm,
        points.company_norm,
        case when guarded.birth is null then points.birth_text end as birth_text,
        case when guarded.email is null then points.email_norm end as email_norm,
        case when guarded.phone is null then {{ phone_tail('points.phone_norm') }} end as phone_key,
        case when guarded.phone is null then {{ phone_line('points.phone_norm') }} end as phone_line,
        case when guarded.card is null then points.card_norm end as card_norm,
        case when guarded.tax is null then points.tax_norm end as tax_norm,
        points.union_ref,
        points.postal_norm,
        points.street_norm,
        points.city_norm,
        coalesce(points.postal_norm, points.street_norm) as area_norm
    from points
    left join guarded on points.point_no = guarded.point_no

),

accounts as (

    select * from said where is_account and subject = 'person'

)

-- Where a source says whose account a record belongs to, it is compared as what both say together.
{% set parts = {'said.phone_key': ['phone_key', 'phone_line'],
    'coalesce(said.given_norm, said.family_norm)': ['given_norm', 'given_forms', 'family_norm'],
    'said.area_norm': ['postal_norm', 'street_norm', 'city_norm', 'area_norm']} -%}
select
    said.point_no,
    said.subject,
    said.company_norm,
    said.tax_norm,
    said.union_ref,
    {% for column in ['birth_text', 'email_norm', 'card_norm'] %}
    coalesce(said.{{ column }}, accounts.{{ column }}) as {{ column }},
    {% endfor %}
    {% for known, columns in parts.items() %}
    {% for column in columns %}
    case when {{ known }} is null then coalesce(accounts.{{ column }}, said.{{ column }}) else said.{{ column }} end as {{ column }},
    {% endfor %}
    {% endfor %}
    split_part(coalesce(said.email_norm, accounts.email_norm), '@', 1) as email_local
from said
left join accounts on case when not said.is_account then said.account_key end = accounts.account_key
