{{ config(materialized='view') }}

-- Name, address and language by trust of the record first (account, lead, profile, guest), by age second.
with

stated as (

    select
        'customers' as stream,
        system,
        customer_ref as record_ref,
        4 as trust,
        coalesce(name, {{ full_name('given_name', 'family_name') }}) as full_name,
        email_norm as email,
        phone_norm as phone,
        company_name,
        language,
        coalesce(updated_at, created_at) as stated_at
    from {{ ref('stg_sales__customers') }}
    union all
    select
        'leads',
        system,
        lead_ref,
        3,
        name,
        email_norm,
        phone_norm,
        company_name,
        null,
        coalesce(updated_at, created_at)
    from {{ ref('stg_sales__leads') }}
    union all
    select
        'profiles',
        system,
        profile_ref,
        2,
        display_name,
        email_norm,
        phone_norm,
        null,
        language,
        coalesce(updated_at, created_at)
    from {{ ref('stg_social__profiles') }}
    union all
    select
        'orders',
        system,
        order_ref,
        1,
        null,
        email_norm,
        phone_norm,
        null,
        null,
        ordered_at
    from {{ ref('stg_sales__orders') }}
    where customer_ref is null and coalesce(email_norm, phone_norm) is not null
    union all
    select
        'identifies',
        system,
        visitor_ref,
        1,
        null,
        max(email_norm),
        max(phone_norm),
        null,
        null,
        max(identified_at)
    from {{ ref('stg_web__identifies') }}
    group by system, visitor_ref

),

ranked as (

    select
        stated.*,
        links.customer_id,
        row_number() over (
            partition by links.customer_id
            order by stated.trust, stated.stated_at nulls first, stated.system, stated.stream, stated.record_ref
        ) as recency_no
    from stated
    inner join {{ ref('identity_links') }} as links
        on
            stated.stream = links.stream
            and stated.system = links.system
            and stated.record_ref = links.record_ref
    where links.customer_id is not null

)

select
    customer_id,
    {{ newest('full_name', 'recency_no') }} as full_name,
    {{ newest('email', 'recency_no') }} as email,
    {{ newest('phone', 'recency_no') }} as phone,
    {{ newest('company_name', 'recency_no') }} as company_name,
    {{ newest('language', 'recency_no') }} as language
from ranked
group by customer_id
