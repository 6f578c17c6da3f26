{{ config(schema='intermediate', access='protected') }}

-- A touch belongs to the person's next purchase, if that came within the look-back window; else to a path that led nowhere.
with

touches as (

    select * from {{ ref('int_channel_touches') }}

),

purchases as (

    select
        order_id,
        coalesce(customer_id, visitor_id) as person_id,
        ordered_at
    from {{ ref('fct_orders') }}
    where
        not is_cancelled
        and positive_line_count > 0
        and ordered_at is not null
        and coalesce(customer_id, visitor_id) is not null

),

events as (

    select
        person_id, touch_id as event_id, touched_at as happened_at, 0 as is_purchase, channel_group, source
    from touches
    union all
    select
        person_id, order_id, ordered_at, 1, null, null
    from purchases

),

-- The number of purchases before an event is the same for a purchase and for all touches since the one before it.
numbered as (

    select
        *,
        cast(
            sum(is_purchase) over (
                partition by person_id order by happened_at, is_purchase, event_id
                rows between unbounded preceding and current row
            ) - is_purchase as integer
        ) as path_no
    from events

),

ended as (

    select
        *,
        max(case when is_purchase = 1 then event_id end) over (partition by person_id, path_no) as next_order_id,
        max(case when is_purchase = 1 then happened_at end) over (partition by person_id, path_no) as next_purchase_at
    from numbered

),

timed as (

    select
        *,
        (epoch(next_purchase_at) - epoch(happened_at)) / 86400.0 as days_to_purchase
    from ended
    where is_purchase = 0

),

assigned as (

    select
        person_id,
        event_id as touch_id,
        channel_group,
        source,
        happened_at as touched_at,
        path_no,
        case when days_to_purchase <= {{ var('attribution_lookback_days') }} then next_order_id end as order_id,
        case when days_to_purchase <= {{ var('attribution_lookback_days') }} then days_to_purchase end as days_before
    from timed

)

select
    coalesce(order_id, person_id || '#' || path_no) as path_id,
    order_id is not null as is_conversion,
    order_id,
    person_id,
    touch_id,
    channel_group,
    source,
    touched_at,
    days_before,
    lead(channel_group) over (partition by person_id, path_no, order_id order by touched_at, touch_id) as next_channel_group,
    cast(row_number() over (partition by person_id, path_no, order_id order by touched_at, touch_id) as integer) as touch_no,
    cast(count(*) over (partition by person_id, path_no, order_id) as integer) as touch_count
from assigned
