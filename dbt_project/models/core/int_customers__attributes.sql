{{ config(materialized='view') }}

-- Every attribute as it survived (seed survivorship), the consents of the person's records, the first account.
with

links as (

    select system, record_ref, customer_id
    from {{ ref('identity_links') }}
    where stream = 'customers' and customer_id is not null

),

accounts as (

    select links.customer_id, min(accounts.created_at) as account_created_at
    from {{ ref('stg_sales__customers') }} as accounts
    inner join links
        on
            accounts.system = links.system
            and accounts.customer_ref = links.record_ref
    group by links.customer_id

),

consents as (

    select
        {%- for channel in ['email', 'sms', 'phone', 'post'] %}
        bool_and(is_allowed) filter (where channel = '{{ channel }}') as may_{{ channel }},
        {%- endfor %}
        customer_id
    from {{ ref('int_customers__consents') }}
    group by customer_id

)

select
    coalesce(accounts.customer_id, consents.customer_id) as customer_id,
    {%- for column in [
        'customer_kind', 'given_name', 'family_name', 'birth_date', 'gender', 'city', 'region', 'postal_code', 'country',
        'sector', 'occupation', 'income_band', 'education'
    ] %}
    survivors.{{ column }},
    {%- endfor %}
    consents.may_email,
    consents.may_sms,
    consents.may_phone,
    consents.may_post,
    accounts.account_created_at
from accounts
full outer join consents on accounts.customer_id = consents.customer_id
left join {{ ref('int_customers__survivors') }} as survivors
    on coalesce(accounts.customer_id, consents.customer_id) = survivors.customer_id
