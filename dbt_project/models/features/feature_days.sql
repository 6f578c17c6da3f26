-- What a model may know is a sum over days that happened and were known by the cutoff: known_on is when the record had arrived.
with

happened as (

    select
        orders.customer_id,
        orders.ordered_on as happened_on,
        coalesce(late.known_on, orders.ordered_on) as known_on,
        case when orders.positive_line_count > 0 and not orders.is_cancelled then 1 else 0 end as purchase_count,
        case when orders.channel_group = 'online' and orders.positive_line_count > 0 and not orders.is_cancelled then 1 else 0 end
            as online_count,
        orders.sales_base,
        case when orders.is_cancelled then 0 else orders.discount_base end as discount_base,
        0 as returns_base,
        case when orders.is_cancelled then 0 else orders.cost_base end as cost_base,
        case when orders.cost_base is not null then orders.sales_base end as costed_base
    from {{ ref('fct_orders') }} as orders
    left join {{ ref('stg_late_records') }} as late on late.stream = 'orders' and orders.order_id = late.record_id
    where orders.customer_id is not null and orders.ordered_on is not null
    union all
    select
        returns.customer_id,
        returns.returned_on,
        coalesce(late.known_on, returns.returned_on),
        0,
        0,
        0,
        0,
        returns.deducted_base,
        null,
        null
    from {{ ref('fct_returns') }} as returns
    left join {{ ref('stg_late_records') }} as late on late.stream = 'returns' and returns.return_id = late.record_id
    where returns.customer_id is not null and returns.returned_on is not null

)

select
    customer_id,
    happened_on,
    greatest(happened_on, known_on) as known_on,
    sum(purchase_count) as purchase_count,
    sum(online_count) as online_count,
    sum(sales_base) as sales_base,
    sum(discount_base) as discount_base,
    sum(returns_base) as returns_base,
    sum(cost_base) as cost_base,
    sum(costed_base) as costed_base
from happened
group by customer_id, happened_on, greatest(happened_on, known_on)
