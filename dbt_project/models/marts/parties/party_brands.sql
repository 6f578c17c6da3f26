select
    coalesce(users.brand, 'none') as brand,
    count(*) as user_count,
    count(*) filter (where users.is_active) as active_user_count,
    count(distinct users.customer_id) as customer_count,
    count(*) filter (where users.brand <> products.brand) as other_than_product_count,
    cast(sum(case when users.is_active then coalesce(users.monthly_amount_base, 0) else 0 end) as decimal(18, 4)) as monthly_amount_base
from {{ ref('int_parties__users') }} as users
left join {{ ref('dim_products') }} as products on users.product_id = products.product_id
group by coalesce(users.brand, 'none')
