-- What a record says of its person beside identifiers. A company is known by its name and number, not by whom one calls there.
with

stated as (

    select
        'customers:' || system || ':' || customer_ref as point_id,
        case when customer_kind = 'group' then 'company' else 'person' end as subject,
        coalesce(given_name, '') || '|' || coalesce(family_name, '') || '|' || coalesce(name, '') as name_text,
        given_name,
        family_name,
        company_name,
        company_ref,
        birth_date,
        postal_code,
        replace(replace(street, coalesce(region, ''), ''), coalesce(city, ''), '') as street,
        city,
        null as handle
    from {{ ref('stg_sales__customers') }}

    union all

    select
        'leads:' || system || ':' || lead_ref as point_id,
        null as subject,
        '||' || name as name_text,
        null as given_name,
        null as family_name,
        null as company_name,
        null as company_ref,
        null as birth_date,
        null as postal_code,
        null as street,
        null as city,
        null as handle
    from {{ ref('stg_sales__leads') }}

    union all

    select
        'profiles:' || system || ':' || profile_ref as point_id,
        'person' as subject,
        '||' || replace(display_name, '|', ' ') || '|'
        || coalesce(lower(split_part(split_part(handle, '.', 1), '_', 1)), '') as name_text,
        null as given_name,
        null as family_name,
        null as company_name,
        null as company_ref,
        null as birth_date,
        null as postal_code,
        null as street,
        city,
        handle
    from {{ ref('stg_social__profiles') }}

),

names as (

    select * from {{ ref('stg_identity__names') }}

)

select
    stated.point_id,
    stated.subject,
    case
        when stated.subject = 'company' then null
        when persons.name_text is null then {{ text_norm('stated.given_name') }}
        else persons.given_norm
    end as given_norm,
    case
        when stated.subject = 'company' then null
        when persons.name_text is null then '|' || {{ text_norm('stated.given_name') }} || '|'
        else persons.given_forms
    end as given_forms,
    case
        when stated.subject = 'company' then null
        when persons.name_text is null then {{ text_norm('stated.family_name') }}
        else persons.family_norm
    end as family_norm,
    case
        when stated.subject = 'company'
            then coalesce(companies.company_norm, {{ text_norm('stated.company_name') }})
    end as company_norm,
    case when stated.subject = 'company' then {{ card_key('stated.company_ref') }} end as tax_norm,
    replace(cast(stated.birth_date as varchar), '-', '') as birth_text,
    {{ card_key('stated.postal_code') }} as postal_norm,
    nullif(replace(replace(replace({{ text_norm('stated.street') }}, ' ', ''), '.', ''), ',', ''), '') as street_norm,
    {{ text_norm('stated.city') }} as city_norm,
    {{ handle_norm('stated.handle') }} as handle_norm
from stated
left join names as persons on persons.kind = 'person' and stated.name_text = persons.name_text
left join names as companies on companies.kind = 'company' and stated.company_name = companies.name_text
