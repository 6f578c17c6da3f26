with

sessions as (

    select * from {{ ref('int_web_events__sessionised') }}

),

visitors as (

    select
        system,
        record_ref,
        customer_id
    from {{ ref('identity_links') }} where stream = 'identifies'

),

mediums as (

    select
        value,
        channel_group
    from {{ ref('channel_groups') }} where kind = 'utm_medium'

)

select
    sessions.system || ':' || sessions.visitor_ref || ':' || cast(epoch_ms(sessions.started_at) as varchar) as session_id,
    sessions.system,
    {{ member_key('sessions', 'visitor_ref') }} as visitor_id,
    coalesce({{ customer_found(['account']) }}, visitors.customer_id) as customer_id,
    sessions.started_at,
    sessions.ended_at,
    sessions.started_on,
    cast(epoch(sessions.ended_at) - epoch(sessions.started_at) as bigint) as duration_seconds,
    sessions.dwell_seconds,
    sessions.event_count,
    sessions.page_view_count,
    sessions.product_view_count,
    sessions.search_count,
    sessions.cart_count,
    sessions.checkout_count,
    sessions.purchase_count,
    case
        when sessions.purchase_count > 0 then 'purchase'
        when sessions.checkout_count > 0 then 'checkout'
        when sessions.cart_count > 0 then 'cart'
        when sessions.product_view_count > 0 then 'product_view'
        else 'visit'
    end as deepest_step,
    sessions.landing_url,
    sessions.landing_referrer,
    sessions.first_source,
    sessions.first_medium,
    sessions.first_campaign,
    coalesce(
        first_mediums.channel_group,
        case when sessions.first_source is not null then 'other_campaign' end,
        {{ referrer_group('sessions.landing_referrer') }}
    ) as first_channel_group,
    sessions.last_source,
    sessions.last_medium,
    sessions.last_campaign,
    coalesce(
        last_mediums.channel_group,
        case when sessions.last_source is not null then 'other_campaign' end,
        {{ referrer_group('sessions.landing_referrer') }}
    ) as last_channel_group,
    sessions.device,
    sessions.country
from sessions
{{ customer_joins('sessions', {'account': 'user_ref'}) }}
left join visitors
    on
        sessions.system = visitors.system
        and sessions.visitor_ref = visitors.record_ref
left join mediums as first_mediums on lower(sessions.first_medium) = first_mediums.value
left join mediums as last_mediums on lower(sessions.last_medium) = last_mediums.value
