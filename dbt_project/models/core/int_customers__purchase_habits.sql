with

bought as (

    select
        purchases.customer_no,
        purchases.category_no,
        count(distinct purchases.order_no) as order_count,
        count(*) as line_count,
        count(*) filter (
            where {{ date_diff_days('products.launched_on', 'purchases.bought_on') }} <= {{ var('segment_new_product_days') }}
        ) as new_line_count
    from {{ ref('int_purchases') }} as purchases
    inner join {{ ref('int_items') }} as items on purchases.product_no = items.item_no
    inner join {{ ref('dim_products') }} as products on items.item_id = products.product_id
    where purchases.customer_no is not null
    group by purchases.customer_no, purchases.category_no

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_no
            order by case when category_no is null then 1 else 0 end asc, order_count desc, category_no asc
        ) as category_rank
    from bought

)

select
    buyers.customer_id,
    count(ranked.category_no) as category_count,
    max(case when ranked.category_rank = 1 then items.item_name end) as favourite_category,
    cast(sum(ranked.new_line_count) as double) / sum(ranked.line_count) as new_product_share
from ranked
inner join {{ ref('int_buyers') }} as buyers on ranked.customer_no = buyers.customer_no
left join {{ ref('int_items') }} as items on ranked.category_no = items.item_no
group by buyers.customer_id
