-- The channel of the first purchase, because it is known from then on and no later purchase moves anybody.
with

purchases as (

    select
        customer_id,
        channel_group,
        row_number() over (partition by customer_id order by ordered_on, order_id) as purchase_no
    from {{ ref('fct_orders') }}
    where customer_id is not null and not is_cancelled and positive_line_count > 0 and ordered_on is not null

),

firsts as (

    select
        customer_id,
        channel_group as segment,
        row_number() over (order by substring(customer_id, 12), customer_id) as draw_no
    from purchases
    where purchase_no = 1

)

select
    customer_id,
    segment,
    draw_no <= {{ var('feature_training_customers') }} as is_in_training
from firsts
