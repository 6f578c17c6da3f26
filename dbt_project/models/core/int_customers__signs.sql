{{ config(materialized='view') }}

-- What a person shows of a stage: seen, asked or looked closer, had it in hand, bought, bought again (S126).
-- The first sign is that of the first business day, so that a later day in another zone never moves it.
with

shown as (

    select
        customer_id,
        happened_on,
        happened_at,
        case
            when type in ('order', 'return') then 4
            when type in ('cart', 'checkout', 'purchase', 'cancelled_order', 'sales_activity') then 3
            when family = 'feedback' or type in (
                'product_view', 'comment', 'share', 'favourite', 'message', 'click', 'visit_link', 'reply'
            ) then 2
            else 1
        end as stage_no
    from {{ ref('customer_interactions') }}

),

-- Awareness is shown by whatever comes first; an order that is no purchase shows no later stage.
days as (

    select
        customer_id,
        1 as stage_no,
        happened_on,
        min(happened_at) as happened_at
    from shown
    group by customer_id, happened_on
    union all
    select
        customer_id,
        stage_no,
        happened_on,
        min(happened_at) as happened_at
    from shown
    where stage_no in (2, 3)
    group by customer_id, stage_no, happened_on

),

firsts as (

    select
        *,
        row_number() over (partition by customer_id, stage_no order by happened_on) as place
    from days

),

purchases as (

    select
        customer_id,
        ordered_on,
        ordered_at,
        row_number() over (partition by customer_id order by ordered_on, ordered_at, order_id) as place
    from {{ ref('fct_orders') }}
    where customer_id is not null and not is_cancelled and positive_line_count > 0

)

select
    customer_id,
    stage_no,
    happened_at as shown_at,
    happened_on as shown_on
from firsts
where place = 1

union all

select
    customer_id,
    place + 3 as stage_no,
    ordered_at as shown_at,
    ordered_on as shown_on
from purchases
where place <= 2
