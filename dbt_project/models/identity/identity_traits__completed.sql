-- What a record leaves out is taken from what its bond says with one voice, guest orders and calls among it.
{% set groups = {'traits.birth_text': ['birth_text'], 'traits.email_norm': ['email_norm', 'email_local'],
    'traits.phone_key': ['phone_key', 'phone_line'], 'traits.card_norm': ['card_norm'],
    'coalesce(traits.given_norm, traits.family_norm)': ['given_norm', 'given_forms', 'family_norm'],
    'traits.area_norm': ['postal_norm', 'street_norm', 'city_norm', 'area_norm']} -%}
{% set called = {
    'email_norm': "case when evidence.kind = 'email' then evidence.value end",
    'email_local': "case when evidence.kind = 'email' then split_part(evidence.value, '@', 1) end",
    'phone_key': "case when evidence.kind = 'phone' then " ~ phone_tail('evidence.value') ~ " end",
    'phone_line': "case when evidence.kind = 'phone' then " ~ phone_line('evidence.value') ~ " end",
    'card_norm': "case when evidence.kind = 'card_ref' then evidence.value end",
} -%}
with

traits as (

    select * from {{ ref('identity_traits') }}

),

bonds as (

    select * from {{ ref('identity_bonds') }}

),

said as (

    select
        {% for column in groups.values() | sum(start=[]) %}
        traits.{{ column }},
        {% endfor %}
        bonds.bond_no
    from traits
    inner join bonds on traits.point_no = bonds.point_no
    where coalesce(traits.subject, '') <> 'company'

    union all

    select
        {% for column in groups.values() | sum(start=[]) %}
        {{ called.get(column, 'null') }} as {{ column }},
        {% endfor %}
        bonds.bond_no
    from {{ ref('identity_evidence') }} as evidence
    inner join bonds on evidence.point_no = bonds.point_no
    left join traits on evidence.point_no = traits.point_no
    where
        evidence.kind in ('email', 'phone', 'card_ref')
        and not evidence.is_guarded
        and traits.point_no is null

),

known as (

    select
        {% for column in groups.values() | sum(start=[]) %}
        case when min({{ column }}) = max({{ column }}) then min({{ column }}) end as {{ column }},
        {% endfor %}
        bond_no
    from said
    group by bond_no

)

select
    {% for key, columns in groups.items() %}
    {% for column in columns %}
    case when {{ key }} is null then coalesce(known.{{ column }}, traits.{{ column }}) else traits.{{ column }} end as {{ column }},
    {% endfor %}
    {% endfor %}
    traits.point_no,
    traits.subject,
    traits.company_norm,
    traits.tax_norm,
    traits.union_ref
from traits
left join bonds on case when coalesce(traits.subject, '') <> 'company' then traits.point_no end = bonds.point_no
left join known on bonds.bond_no = known.bond_no
