with

users as (

    select
        customer_id,
        count(*) as user_count,
        count(*) filter (where is_active) as active_user_count,
        count(distinct brand) as brand_count,
        sum(case when is_active then monthly_amount_base else 0 end) as monthly_amount_base,
        sum(case when is_active then credit_limit_base end) as credit_limit_base
    from {{ ref('int_parties__users') }}
    group by customer_id

),

accounts as (

    select customer_id, count(*) as account_count
    from {{ ref('int_parties__accounts') }}
    group by customer_id

),

ends as (

    select from_customer_id as customer_id, to_customer_id as other_id
    from {{ ref('int_parties__relations') }}
    where is_current
    union
    select to_customer_id as customer_id, from_customer_id as other_id
    from {{ ref('int_parties__relations') }}
    where is_current

),

relations as (

    select customer_id, count(*) as related_customer_count
    from ends
    where customer_id <> other_id
    group by customer_id

)

select
    customers.customer_id,
    case when customers.customer_kind = 'group' then 'group' else 'individual' end as party_kind,
    case
        when customers.customer_kind = 'individual_key' then 'key'
        when coalesce(customers.customer_kind, 'individual') = 'individual' then 'ordinary'
    end as individual_kind,
    customers.order_count = 0 and users.customer_id is null as is_potential,
    coalesce(users.user_count, 0) as user_count,
    coalesce(users.active_user_count, 0) as active_user_count,
    coalesce(accounts.account_count, 0) as billing_account_count,
    coalesce(relations.related_customer_count, 0) as related_customer_count,
    coalesce(users.brand_count, 0) as brand_count,
    cast(coalesce(users.monthly_amount_base, 0) as decimal(18, 4)) as monthly_amount_base,
    cast(users.credit_limit_base as decimal(18, 4)) as credit_limit_base
from {{ ref('dim_customers') }} as customers
left join users on customers.customer_id = users.customer_id
left join accounts on customers.customer_id = accounts.customer_id
left join relations on customers.customer_id = relations.customer_id
