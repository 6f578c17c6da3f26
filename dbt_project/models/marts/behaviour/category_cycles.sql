with

days as (

    select
        item_no,
        customer_no,
        interval_days
    from {{ ref('int_purchase_days') }}

),

counted as (

    select
        item_no,
        count(distinct customer_no) as customer_count,
        count(distinct case when interval_days is not null then customer_no end) as repeat_customer_count,
        count(*) as purchase_day_count,
        count(interval_days) as interval_count,
        avg(cast(interval_days as double)) as mean_interval_days,
        cast(median(interval_days) as double) as median_interval_days
    from days
    group by item_no

)

select
    case when counted.item_no = 0 then 'all' else 'category' end as scope,
    coalesce(items.item_name, '') as category_name,
    counted.customer_count,
    counted.repeat_customer_count,
    cast(counted.repeat_customer_count as double) / counted.customer_count as repeat_rate,
    counted.purchase_day_count,
    counted.interval_count,
    counted.mean_interval_days,
    counted.median_interval_days
from counted
left join {{ ref('int_items') }} as items on counted.item_no = items.item_no
