with

users as (

    select
        account_id,
        count(*) as user_count,
        count(*) filter (where is_active) as active_user_count,
        sum(case when is_active then monthly_amount_base else 0 end) as monthly_amount_base
    from {{ ref('int_parties__users') }}
    where account_id is not null
    group by account_id

)

select
    accounts.account_id,
    accounts.system,
    accounts.customer_id,
    accounts.is_default,
    accounts.status,
    accounts.currency,
    accounts.opened_on,
    accounts.closed_on,
    coalesce(users.user_count, 0) as user_count,
    coalesce(users.active_user_count, 0) as active_user_count,
    cast(coalesce(users.monthly_amount_base, 0) as decimal(18, 4)) as monthly_amount_base
from {{ ref('int_parties__accounts') }} as accounts
left join users on accounts.account_id = users.account_id
