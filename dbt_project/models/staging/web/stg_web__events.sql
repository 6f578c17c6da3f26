{{ config(materialized='view') }}

with latest as (

    {{ latest_version('events', winners=ref('stg_web__events_repeated')) }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'occurred_at') }} as occurred_on
    from latest
    {{ local_days_join('latest', 'occurred_at') }}

),

final as (

    select
        -- ids
        _system as system,
        event_ref,
        visitor_ref,
        user_ref,
        product_ref,
        order_ref,

        -- text
        event_type,
        url,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        search_term,
        device,
        country,

        -- numbers
        dwell_seconds,

        -- times
        occurred_at,
        occurred_on,

        -- lineage
        _delivery_id,
        _extra,
        _delivered_rows,
        _duplicate_rows,
        _conflicting_rows
    from dated
    where occurred_on <= {{ as_of() }}

)

select * from final
