{{ config(materialized='view', schema='intermediate', access='protected') }}

-- A visit is a touch of the channel that brought it. A reaction to a send is one too, unless a visit of the same day
-- already tells of it: the click on a mail is the visit from that mail.
with

visits as (

    select
        session_id as touch_id,
        coalesce(customer_id, visitor_id) as person_id,
        customer_id,
        started_at as touched_at,
        started_on as touched_on,
        first_channel_group as channel_group,
        coalesce(lower(first_source), 'none') as source
    from {{ ref('fct_web_sessions') }}

),

reactions as (

    select
        responses.response_id as touch_id,
        responses.customer_id as person_id,
        responses.customer_id,
        responses.responded_at as touched_at,
        responses.responded_on as touched_on,
        coalesce(groups.channel_group, 'other_campaign') as channel_group,
        'campaign' as source
    from {{ ref('fct_campaign_responses') }} as responses
    inner join {{ ref('touchpoint_kinds') }} as kinds on responses.response_kind = kinds.response_kind and kinds.is_touch
    left join {{ ref('channel_groups') }} as groups
        on groups.kind = 'campaign_channel' and lower(responses.channel) = groups.value
    where responses.customer_id is not null

),

seen as (

    select distinct
        customer_id,
        channel_group,
        touched_on
    from visits

),

unseen as (

    select reactions.*
    from reactions
    left join seen
        on
            reactions.customer_id = seen.customer_id
            and reactions.channel_group = seen.channel_group
            and reactions.touched_on = seen.touched_on
    where seen.customer_id is null

)

select
    touch_id, person_id, customer_id, touched_at, touched_on, channel_group, source
from visits
union all
select
    touch_id, person_id, customer_id, touched_at, touched_on, channel_group, source
from unseen
