{{ config(materialized='view', schema='intermediate', access='protected') }}

-- What was bought and sent back, as amounts that only have to be added up; what leaves a window is taken off again.
with

orders as (

    select
        orders.*,
        case when not orders.is_cancelled and orders.positive_line_count > 0 then 1 else 0 end as purchase_count,
        case when dates.is_weekend then 1 else 0 end as weekend_count
    from {{ ref('fct_orders') }} as orders
    left join {{ ref('dim_dates') }} as dates on orders.ordered_on = dates.date_on
    where orders.customer_id is not null

),

bought as (

    select
        customer_id,
        ordered_on as changed_on,
        purchase_count as order_count,
        sales_base,
        case when discount_base > 0 then purchase_count else 0 end as discounted_count,
        case when channel_group = 'online' then purchase_count else 0 end as online_count,
        weekend_count * purchase_count as weekend_count
    from orders

),

bought_12m as (

    select customer_id, ordered_on as changed_on, 1 as order_count_12m, sales_base as sales_base_12m
    from orders
    where purchase_count = 1
    union all
    select customer_id, cast({{ dbt.dateadd('day', 365, 'ordered_on') }} as date), -1, -sales_base
    from orders
    where purchase_count = 1 and {{ dbt.dateadd('day', 365, 'ordered_on') }} <= {{ as_of() }}

),

sent_back as (

    select customer_id, returned_on as changed_on, deducted_base as returns_base
    from {{ ref('fct_returns') }}
    where customer_id is not null

),

carried as (

    select
        buyers.customer_id,
        lines.bought_on as changed_on,
        1 as line_count,
        case
            when {{ date_diff_days('products.launched_on', 'lines.bought_on') }} <= {{ var('segment_new_product_days') }} then 1 else 0
        end as new_line_count,
        case
            when
                lines.category_no is not null
                and row_number() over (
                    partition by lines.customer_no, lines.category_no order by lines.bought_on, lines.order_no, lines.product_no
                ) = 1
                then 1
            else 0
        end as category_count
    from {{ ref('int_purchases') }} as lines
    inner join {{ ref('int_buyers') }} as buyers on lines.customer_no = buyers.customer_no
    inner join {{ ref('int_items') }} as items on lines.product_no = items.item_no
    inner join {{ ref('dim_products') }} as products on items.item_id = products.product_id

),

paced as (

    select
        buyers.customer_id,
        days.bought_on as changed_on,
        1 as interval_count,
        days.interval_days as interval_sum,
        cast(days.interval_days as bigint) * days.interval_days as interval_squares
    from {{ ref('int_purchase_days') }} as days
    inner join {{ ref('int_buyers') }} as buyers on days.customer_no = buyers.customer_no
    where days.item_no = 0 and days.interval_days is not null

)

{{ segment_change_rows({
    'bought': ['order_count', 'sales_base', 'discounted_count', 'online_count', 'weekend_count'],
    'bought_12m': ['order_count_12m', 'sales_base_12m'],
    'sent_back': ['returns_base'],
    'carried': ['line_count', 'new_line_count', 'category_count'],
    'paced': ['interval_count', 'interval_sum', 'interval_squares'],
}) }}
