-- Exact 30-minute sessions, buckets first: half an hour of the clock cannot hold a pause of more than half an hour, so
-- events are hashed into buckets and only the narrow buckets are sorted. Events are read once.
-- Visitors are grouped by 64 bits of their name: that any two of 10 million share them has a chance of 3 in a million.
with

buckets as (

    select
        {{ row_hash(['system', 'visitor_ref']) }} as visitor_no,
        cast(floor(epoch(occurred_at) / 1800) as integer) as bucket_no,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        max(occurred_at) filter (where utm_source is not null) as tagged_at,
        min(user_ref) as first_user_ref,
        max(user_ref) as last_user_ref,
        count(*) as event_count,
        count(*) filter (where event_type = 'page_view') as page_view_count,
        count(*) filter (where event_type = 'product_view') as product_view_count,
        count(*) filter (where event_type = 'search') as search_count,
        count(*) filter (where event_type = 'add_to_cart') as cart_count,
        count(*) filter (where event_type = 'checkout') as checkout_count,
        count(*) filter (where event_type = 'purchase') as purchase_count,
        sum(dwell_seconds) as dwell_seconds
    from {{ ref('stg_web__events') }}
    group by visitor_no, bucket_no

),

broken as (

    select
        *,
        case
            when started_at - lag(ended_at) over (partition by visitor_no order by bucket_no) <= interval '30' minute then 0
            else 1
        end as is_start
    from buckets

),

numbered as (

    select
        *,
        sum(is_start) over (
            partition by visitor_no order by bucket_no rows between unbounded preceding and current row
        ) as session_no
    from broken

)

select
    visitor_no,
    min(started_at) as started_at,
    max(ended_at) as ended_at,
    max(tagged_at) as tagged_at,
    case when min(first_user_ref) = max(last_user_ref) then max(last_user_ref) end as user_ref,
    cast(sum(event_count) as bigint) as event_count,
    cast(sum(page_view_count) as bigint) as page_view_count,
    cast(sum(product_view_count) as bigint) as product_view_count,
    cast(sum(search_count) as bigint) as search_count,
    cast(sum(cart_count) as bigint) as cart_count,
    cast(sum(checkout_count) as bigint) as checkout_count,
    cast(sum(purchase_count) as bigint) as purchase_count,
    cast(coalesce(sum(dwell_seconds), 0) as bigint) as dwell_seconds
from numbered
group by visitor_no, session_no
