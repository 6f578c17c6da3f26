with latest as (

    {{ latest_lines('order_lines', 'order_ref') }}

),

orders as (

    select * from {{ ref('stg_sales__orders') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

-- Orders that staging left out because they lie after as_of: their lines go with them.
later_orders as (

    select distinct
        raw_orders._system,
        raw_orders.order_ref
    from {{ source('raw', 'orders') }} as raw_orders
    left join orders on raw_orders._system = orders.system and raw_orders.order_ref = orders.order_ref
    where raw_orders.ordered_at >= {{ as_of() }} and orders.order_ref is null

),

completed as (

    select
        latest.*,
        upper(trim(coalesce(latest.currency, orders.currency))) as line_currency,
        coalesce(latest.ordered_at, orders.ordered_at) as line_ordered_at,
        case
            when latest.ordered_at is null then orders.ordered_on
            else {{ local_on('latest', 'ordered_at') }}
        end as ordered_on
    from latest
    left join orders on latest._system = orders.system and latest.order_ref = orders.order_ref
    left join later_orders on latest._system = later_orders._system and latest.order_ref = later_orders.order_ref
    {{ local_days_join('latest', 'ordered_at') }}
    where later_orders.order_ref is null

),

final as (

    select
        -- ids
        completed._system as system,
        completed.order_ref,
        completed.line_ref,
        {{ corrected('order_lines', 'product_ref', 'completed') }} as product_ref,

        -- text
        completed.description,
        completed.line_kind,
        completed.line_currency as currency,

        -- numbers
        completed.quantity,
        completed.line_occurrence,

        -- amounts
        completed.unit_price,
        {{ to_base('completed.unit_price', 'completed.line_currency') }} as unit_price_base,
        completed.discount_amount,
        {{ to_base('completed.discount_amount', 'completed.line_currency') }} as discount_amount_base,
        completed.unit_cost,
        {{ to_base('completed.unit_cost', 'completed.line_currency') }} as unit_cost_base,

        -- times
        completed.line_ordered_at as ordered_at,
        completed.ordered_on,
        completed.updated_at,

        -- lineage
        completed._delivery_id,
        completed._extra,
        completed._delivered_rows,
        completed._duplicate_rows,
        completed._conflicting_rows
    from completed
    left join fx on completed.line_currency = fx.currency and completed.ordered_on = fx.rate_on
    where completed.ordered_on <= {{ as_of() }} or completed.ordered_on is null

)

select * from final
