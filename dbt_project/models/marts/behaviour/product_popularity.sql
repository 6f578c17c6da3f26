with

windows as (

    select
        product_no,
        order_no,
        customer_no,
        quantity,
        sales_base,
        bought_on > {{ dbt.dateadd('day', '-' ~ var('popularity_days'), as_of()) }} as is_now
    from {{ ref('int_purchases') }}
    where bought_on > {{ dbt.dateadd('day', '-2 * ' ~ var('popularity_days'), as_of()) }}

),

counted as (

    select
        product_no,
        count(*) filter (where is_now) as order_count,
        count(distinct case when is_now then customer_no end) as customer_count,
        coalesce(sum(quantity) filter (where is_now), 0) as quantity,
        coalesce(sum(sales_base) filter (where is_now), 0) as sales_base,
        count(*) filter (where not is_now) as previous_order_count,
        count(distinct case when not is_now then customer_no end) as previous_customer_count
    from windows
    group by product_no

)

select
    items.item_id as product_id,
    items.item_name as product_name,
    counted.order_count,
    counted.customer_count,
    cast(counted.quantity as decimal(18, 4)) as quantity,
    cast(counted.sales_base as decimal(18, 4)) as sales_base,
    cast(rank() over (order by counted.order_count desc) as integer) as popularity_rank,
    cast(rank() over (order by counted.sales_base desc) as integer) as sales_rank,
    counted.previous_order_count,
    counted.previous_customer_count,
    cast(counted.order_count as double) / nullif(counted.previous_order_count, 0) - 1 as order_growth
from counted
inner join {{ ref('int_items') }} as items on counted.product_no = items.item_no
