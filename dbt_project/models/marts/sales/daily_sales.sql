-- Sales stand on the day of the order, returns on the day of the return: each is counted once (F-54).
with

orders as (

    select
        ordered_on as sold_on,
        system,
        channel,
        channel_group,
        count(*) filter (where not is_cancelled) as order_count,
        count(*) filter (where is_cancelled) as cancelled_order_count,
        count(*) filter (where not is_cancelled and customer_id is null) as unlinked_order_count,
        count(*) filter (where is_unconvertible) as unconvertible_order_count,
        count(distinct case when not is_cancelled then customer_id end) as customer_count,
        sum(line_count) filter (where not is_cancelled) as line_count,
        sum(quantity) filter (where not is_cancelled) as quantity,
        sum(gross_base) filter (where not is_cancelled) as gross_base,
        sum(discount_base) filter (where not is_cancelled) as discount_base,
        sum(shipping_base) filter (where not is_cancelled) as shipping_base,
        sum(sales_base) as sales_base
    from {{ ref('fct_orders') }}
    group by ordered_on, system, channel, channel_group

),

returns as (

    select
        returned_on as sold_on,
        system,
        channel,
        channel_group,
        count(*) as return_count,
        sum(deducted_base) as returns_base
    from {{ ref('fct_returns') }}
    group by returned_on, system, channel, channel_group

)

select
    coalesce(orders.sold_on, returns.sold_on) as sold_on,
    coalesce(orders.system, returns.system) as system,
    coalesce(orders.channel, returns.channel) as channel,
    coalesce(orders.channel_group, returns.channel_group) as channel_group,
    coalesce(orders.order_count, 0) as order_count,
    coalesce(orders.cancelled_order_count, 0) as cancelled_order_count,
    coalesce(orders.customer_count, 0) as customer_count,
    coalesce(orders.unlinked_order_count, 0) as unlinked_order_count,
    cast(1.0 * orders.unlinked_order_count / nullif(orders.order_count, 0) as decimal(9, 6)) as unlinked_order_share,
    coalesce(orders.unconvertible_order_count, 0) as unconvertible_order_count,
    cast(coalesce(orders.line_count, 0) as bigint) as line_count,
    cast(coalesce(orders.quantity, 0) as decimal(18, 4)) as quantity,
    cast(coalesce(orders.gross_base, 0) as decimal(18, 4)) as gross_base,
    cast(coalesce(orders.discount_base, 0) as decimal(18, 4)) as discount_base,
    cast(coalesce(orders.shipping_base, 0) as decimal(18, 4)) as shipping_base,
    cast(coalesce(orders.sales_base, 0) as decimal(18, 4)) as sales_base,
    coalesce(returns.return_count, 0) as return_count,
    cast(coalesce(returns.returns_base, 0) as decimal(18, 4)) as returns_base,
    cast(coalesce(orders.sales_base, 0) - coalesce(returns.returns_base, 0) as decimal(18, 4)) as net_base
from orders
full outer join returns
    on
        orders.sold_on = returns.sold_on
        and orders.system = returns.system
        and orders.channel = returns.channel
