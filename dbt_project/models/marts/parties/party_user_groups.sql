select
    system,
    user_group,
    count(*) as user_count,
    count(*) filter (where is_active) as active_user_count,
    count(distinct customer_id) as customer_count,
    count(distinct product_id) as product_count,
    cast(sum(case when is_active then coalesce(monthly_amount_base, 0) else 0 end) as decimal(18, 4)) as monthly_amount_base
from {{ ref('int_parties__users') }}
where user_group is not null
group by system, user_group
