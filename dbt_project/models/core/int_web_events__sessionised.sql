{{ config(materialized='view') }}

-- What the first event of a session and its last tagged one say, fetched by their times. Events are read twice, by hash joins.
with

sessions as (

    select * from {{ ref('int_web_sessions__timed') }}

),

entries as (

    select
        sessions.*,
        events.event_ref,
        events.system,
        events.visitor_ref,
        events.occurred_on as started_on,
        events.url as landing_url,
        events.referrer as landing_referrer,
        events.utm_source as first_source,
        events.utm_medium as first_medium,
        events.utm_campaign as first_campaign,
        events.device,
        events.country
    from sessions
    inner join {{ ref('stg_web__events') }} as events
        on
            sessions.visitor_no = {{ row_hash(['events.system', 'events.visitor_ref']) }}
            and sessions.started_at = events.occurred_at

),

-- Several events in the first instant of a session: the one with the smallest key is the first.
tied as (

    select
        visitor_no,
        started_at,
        min(event_ref) as event_ref
    from entries
    group by visitor_no, started_at
    having count(*) > 1

),

retagged as (

    select distinct
        entries.visitor_no,
        entries.started_at,
        entries.tagged_at
    from entries
    left join tied on entries.visitor_no = tied.visitor_no and entries.started_at = tied.started_at
    where entries.tagged_at > entries.started_at or tied.event_ref is not null

),

last_tags as (

    select
        retagged.visitor_no,
        retagged.started_at,
        {{ newest('events.utm_source', 'events.event_ref') }} as source,
        nullif({{ newest("coalesce(events.utm_medium, '')", 'events.event_ref') }}, '') as medium,
        nullif({{ newest("coalesce(events.utm_campaign, '')", 'events.event_ref') }}, '') as campaign
    from retagged
    inner join {{ ref('stg_web__events') }} as events
        on
            retagged.visitor_no = {{ row_hash(['events.system', 'events.visitor_ref']) }}
            and retagged.tagged_at = events.occurred_at
    where events.utm_source is not null
    group by retagged.visitor_no, retagged.started_at

)

select
    entries.system,
    entries.visitor_ref,
    entries.user_ref,
    entries.started_at,
    entries.started_on,
    entries.ended_at,
    entries.landing_url,
    entries.landing_referrer,
    entries.first_source,
    entries.first_medium,
    entries.first_campaign,
    coalesce(last_tags.source, entries.first_source) as last_source,
    case
        when last_tags.source is not null then last_tags.medium
        when entries.first_source is not null then entries.first_medium
    end as last_medium,
    case
        when last_tags.source is not null then last_tags.campaign
        when entries.first_source is not null then entries.first_campaign
    end as last_campaign,
    entries.device,
    entries.country,
    entries.event_count,
    entries.page_view_count,
    entries.product_view_count,
    entries.search_count,
    entries.cart_count,
    entries.checkout_count,
    entries.purchase_count,
    entries.dwell_seconds
from entries
left join tied on entries.visitor_no = tied.visitor_no and entries.started_at = tied.started_at
left join last_tags on entries.visitor_no = last_tags.visitor_no and entries.started_at = last_tags.started_at
where tied.event_ref is null or entries.event_ref = tied.event_ref
