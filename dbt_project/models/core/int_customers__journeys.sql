{{ config(materialized='view') }}

-- What a person shows of a stage: seen, asked or looked closer, had it in hand, bought, bought again (S126).
with

signs as (

    select
        customer_id,
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

dated as (

    select
        customer_id,
        min(happened_at) as aware_at,
        min(happened_at) filter (where stage_no = 2) as interested_at,
        min(happened_at) filter (where stage_no = 3) as decided_at
    from signs
    group by customer_id

)

select
    dated.customer_id,
    case
        when orders.second_purchase_at is not null then 5
        when orders.first_purchase_at is not null then 4
        when dated.decided_at is not null then 3
        when dated.interested_at is not null then 2
        else 1
    end as reached_no,
    dated.aware_at,
    dated.interested_at,
    dated.decided_at,
    orders.first_purchase_at as purchased_at,
    orders.second_purchase_at as loyal_at
from dated
left join {{ ref('int_customers__orders_summed') }} as orders on dated.customer_id = orders.customer_id
