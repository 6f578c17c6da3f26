-- Gross less discounts plus shipping of all orders is the money of all lines less the discounts that no line carries.
with

orders as (

    select
        sum(gross_base - discount_base + shipping_base) as charged_base,
        sum(line_count) as line_count
    from {{ ref('fct_orders') }}

),

lines as (

    select
        coalesce(sum(line_amount_base), 0) as lines_base,
        count(*) as line_count
    from {{ ref('fct_order_lines') }}

),

heads as (

    select
        coalesce(sum(shipping_amount_base), 0) as shipping_base,
        coalesce(sum(discount_amount_base), 0) as discount_base
    from {{ ref('stg_sales__orders') }}

)

select orders.*, lines.*, heads.*
from orders
cross join lines
cross join heads
where
    coalesce(orders.charged_base, 0) <> lines.lines_base + heads.shipping_base - heads.discount_base
    or coalesce(orders.line_count, 0) <> lines.line_count
