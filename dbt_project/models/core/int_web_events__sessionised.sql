{{ config(materialized='view') }}

-- Exact 30-minute sessions, buckets first: half an hour of the clock cannot hold a pause of more than half an hour, so
-- events are hashed into buckets and only the buckets, a fraction of the events, are sorted. Events are read once.
with

buckets as (

    select
        system,
        visitor_ref,
        cast(floor(epoch(occurred_at) / 1800) as integer) as bucket_no,
        min(struct_pack(
            at := occurred_at, event_ref := event_ref, day := occurred_on, url := url, referrer := referrer,
            source := utm_source, medium := utm_medium, campaign := utm_campaign, device := device, country := country
        )) as entry,
        max(struct_pack(
            at := occurred_at, event_ref := event_ref, source := utm_source, medium := utm_medium, campaign := utm_campaign
        )) filter (where utm_source is not null) as last_tag,
        max(occurred_at) as ended_at,
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
    group by system, visitor_ref, bucket_no

),

broken as (

    select
        *,
        case
            when entry.at - lag(ended_at) over (partition by system, visitor_ref order by bucket_no)
                <= interval '30' minute then 0
            else 1
        end as is_start
    from buckets

),

numbered as (

    select
        *,
        sum(is_start) over (
            partition by system, visitor_ref order by bucket_no rows between unbounded preceding and current row
        ) as session_no
    from broken

),

sessions as (

    select
        system,
        visitor_ref,
        session_no,
        min(entry) as entry,
        max(last_tag) as last_tag,
        max(ended_at) as ended_at,
        case when min(first_user_ref) = max(last_user_ref) then max(last_user_ref) end as user_ref,
        sum(event_count) as event_count,
        sum(page_view_count) as page_view_count,
        sum(product_view_count) as product_view_count,
        sum(search_count) as search_count,
        sum(cart_count) as cart_count,
        sum(checkout_count) as checkout_count,
        sum(purchase_count) as purchase_count,
        sum(dwell_seconds) as dwell_seconds
    from numbered
    group by system, visitor_ref, session_no

)

select
    system,
    visitor_ref,
    user_ref,
    entry.at as started_at,
    entry.day as started_on,
    ended_at,
    entry.url as landing_url,
    entry.referrer as landing_referrer,
    entry.source as first_source,
    entry.medium as first_medium,
    entry.campaign as first_campaign,
    last_tag.source as last_source,
    last_tag.medium as last_medium,
    last_tag.campaign as last_campaign,
    entry.device as device,
    entry.country as country,
    cast(event_count as bigint) as event_count,
    cast(page_view_count as bigint) as page_view_count,
    cast(product_view_count as bigint) as product_view_count,
    cast(search_count as bigint) as search_count,
    cast(cart_count as bigint) as cart_count,
    cast(checkout_count as bigint) as checkout_count,
    cast(purchase_count as bigint) as purchase_count,
    cast(coalesce(dwell_seconds, 0) as bigint) as dwell_seconds
from sessions
