{{ config(materialized='view') }}

-- Of every attribute the newest that an account of the person states; of consents the most restrictive wins.
with

links as (

    select
        system,
        record_ref,
        customer_id
    from {{ ref('identity_links') }} where stream = 'customers'

),

accounts as (

    select
        accounts.*,
        links.customer_id,
        row_number() over (
            partition by links.customer_id
            order by coalesce(accounts.updated_at, accounts.created_at) nulls first, accounts.system, accounts.customer_ref
        ) as recency_no
    from {{ ref('stg_sales__customers') }} as accounts
    inner join links
        on
            accounts.system = links.system
            and accounts.customer_ref = links.record_ref

)

select
    customer_id,
    {%- for column in [
        'customer_kind', 'given_name', 'family_name', 'birth_date', 'gender', 'city', 'region', 'postal_code', 'country',
        'sector', 'occupation', 'income_band', 'education'
    ] %}
    {{ newest(column, 'recency_no') }} as {{ column }},
    {%- endfor %}
    bool_and(consent_email) as may_email,
    bool_and(consent_sms) as may_sms,
    bool_and(consent_phone) as may_phone,
    bool_and(consent_post) as may_post,
    min(created_at) as account_created_at
from accounts
group by customer_id
