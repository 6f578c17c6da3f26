-- The first purchase decides the cohort: its month, its channel, and of its lines the category that most money went into.
with

purchases as (

    select
        customer_id, order_id, channel_group, ordered_on,
        row_number() over (partition by customer_id order by ordered_at asc, order_id asc) as purchase_no
    from {{ ref('fct_orders') }}
    where customer_id is not null and positive_line_count > 0 and not is_cancelled

),

categories as (

    select
        purchases.customer_id,
        coalesce(products.category_name, 'unknown') as category_name,
        sum(lines.line_amount_base) as amount_base
    from purchases
    inner join {{ ref('fct_order_lines') }} as lines on purchases.order_id = lines.order_id
    left join {{ ref('dim_products') }} as products on lines.product_id = products.product_id
    where purchases.purchase_no = 1
    group by purchases.customer_id, coalesce(products.category_name, 'unknown')

),

largest as (

    select
        customer_id,
        category_name,
        row_number() over (partition by customer_id order by amount_base desc nulls last, category_name asc) as place_no
    from categories

)

select
    purchases.customer_id,
    cast(date_trunc('month', purchases.ordered_on) as date) as cohort_month_on,
    purchases.channel_group,
    coalesce(largest.category_name, 'unknown') as first_category
from purchases
left join largest
    on
        purchases.customer_id = largest.customer_id
        and largest.place_no = 1
where purchases.purchase_no = 1
