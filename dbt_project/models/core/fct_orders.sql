-- Lines whose order was never delivered make an order of their own here, so that no money is lost (F-60).
with

orders as (

    select
        orders.*,
        identified.order_id,
        identified.customer_id,
        identified.customer_link,
        identified.channel as sales_channel,
        identified.channel_group,
        identified.is_cancelled
    from {{ ref('stg_sales__orders') }} as orders
    inner join {{ ref('int_orders__identified') }} as identified
        on {{ member_key('orders', 'order_ref') }} = identified.order_id

),

lines as (

    select * from {{ ref('int_order_lines__summed') }}

),

returns as (

    select
        order_id,
        cast(coalesce(sum(deducted_base), 0) as decimal(18, 4)) as returns_base
    from {{ ref('fct_returns') }}
    where order_id is not null
    group by order_id

),

measured as (

    select
        coalesce(orders.order_id, lines.order_id) as order_id,
        coalesce(orders.system, lines.system) as system,
        orders.customer_id,
        coalesce(orders.customer_link, 'none') as customer_link,
        {{ member_key('orders', 'visitor_ref') }} as visitor_id,
        {{ member_key('orders', 'store_ref') }} as store_id,
        {{ member_key('orders', 'employee_ref') }} as employee_id,
        {{ member_key('orders', 'campaign_ref') }} as campaign_id,
        coalesce(orders.sales_channel, 'unknown') as channel,
        coalesce(orders.channel_group, 'other') as channel_group,
        orders.payment_method,
        orders.coupon_ref,
        orders.status,
        coalesce(orders.is_cancelled, false) as is_cancelled,
        orders.order_id is null as is_inferred,
        coalesce(lines.unconvertible_line_count, 0) > 0
        or (orders.discount_amount is not null and orders.discount_amount_base is null)
        or (orders.shipping_amount is not null and orders.shipping_amount_base is null) as is_unconvertible,
        coalesce(orders.currency, lines.currency) as currency,
        orders.ordered_at,
        coalesce(orders.ordered_on, lines.ordered_on) as ordered_on,
        coalesce(lines.line_count, 0) as line_count,
        coalesce(lines.positive_line_count, 0) as positive_line_count,
        coalesce(lines.quantity, 0) as quantity,
        coalesce(lines.gross_base, 0) as gross_base,
        coalesce(lines.discount_base, 0) + coalesce(orders.discount_amount_base, 0) as discount_base,
        coalesce(orders.shipping_amount_base, 0) as shipping_base,
        lines.cost_base,
        orders.total_amount_base as stated_total_base
    from orders
    full outer join lines on orders.order_id = lines.order_id

),

valued as (

    select
        measured.*,
        case
            when measured.is_cancelled then 0
            else measured.gross_base - measured.discount_base + measured.shipping_base
        end as sales_base,
        coalesce(returns.returns_base, 0) as returns_base
    from measured
    left join returns on measured.order_id = returns.order_id

)

select
    order_id,
    system,
    customer_id,
    customer_link,
    visitor_id,
    store_id,
    employee_id,
    campaign_id,
    channel,
    channel_group,
    payment_method,
    coupon_ref,
    status,
    is_cancelled,
    is_inferred,
    is_unconvertible,
    currency,
    ordered_at,
    ordered_on,
    line_count,
    positive_line_count,
    quantity,
    gross_base,
    cast(discount_base as decimal(18, 4)) as discount_base,
    shipping_base,
    cast(sales_base as decimal(18, 4)) as sales_base,
    returns_base,
    cast(sales_base - returns_base as decimal(18, 4)) as net_base,
    cost_base,
    stated_total_base
from valued
