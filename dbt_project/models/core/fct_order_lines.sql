-- A line belongs to the day of its order; its own day holds only where the order was never delivered (F-60).
with

lines as (

    select
        lines.*,
        {{ member_key('lines', 'order_ref') }} as order_id,
        {{ member_key('lines', 'product_ref') }} as product_id,
        cast(cast(quantity as decimal(38, 4)) * unit_price as decimal(18, 4)) as gross_amount,
        coalesce(discount_amount, 0) as line_discount
    from {{ ref('stg_sales__order_lines') }} as lines

),

orders as (

    select
        order_id,
        ordered_on,
        is_cancelled
    from {{ ref('int_orders__identified') }}

),

rates as (

    select
        currency,
        rate_on,
        rate
    from {{ ref('stg_reference__fx_daily') }}

),

converted as (

    select
        lines.*,
        {{ to_base('lines.gross_amount', 'lines.currency', 'rates.rate') }} as gross_base,
        {{ to_base('lines.line_discount', 'lines.currency', 'rates.rate') }} as discount_base,
        {{ to_base('cast(lines.quantity as decimal(38, 4)) * lines.unit_cost', 'lines.currency', 'rates.rate') }} as cost_base
    from lines
    left join rates
        on
            lines.currency = rates.currency
            and lines.ordered_on = rates.rate_on

)

select
    converted.order_id || ':' || converted.line_ref as line_id,
    converted.order_id,
    converted.product_id,
    converted.system,
    coalesce(orders.ordered_on, converted.ordered_on) as ordered_on,
    coalesce(converted.line_kind, 'product') as line_kind,
    converted.description,
    converted.quantity,
    converted.unit_price,
    converted.line_discount as discount_amount,
    cast(converted.gross_amount - converted.line_discount as decimal(18, 4)) as line_amount,
    converted.currency,
    converted.gross_base,
    converted.discount_base,
    cast(converted.gross_base - converted.discount_base as decimal(18, 4)) as line_amount_base,
    converted.cost_base,
    coalesce(orders.is_cancelled, false) as is_cancelled,
    orders.order_id is null as is_orphan
from converted
left join orders on converted.order_id = orders.order_id
