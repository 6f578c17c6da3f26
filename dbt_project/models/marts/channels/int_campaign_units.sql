{{ config(materialized='view', schema='intermediate', access='protected') }}

-- A customer with two accounts may be drawn twice; who was written to at all counts as treated.
with

units as (

    select
        campaign_id,
        customer_id,
        max(case when arm = 'treatment' then 1 else 0 end) = 1 as is_treated,
        min(lower(channel)) as channel,
        min(sent_at) as sent_at,
        sum(cost_base) as cost_base
    from {{ ref('fct_campaign_contacts') }}
    where customer_id is not null
    group by campaign_id, customer_id
    having min(sent_on) <= {{ as_of() }} - {{ var('campaign_window_days') }}

),

purchases as (

    select
        customer_id,
        ordered_at,
        net_base
    from {{ ref('fct_orders') }}
    where
        not is_cancelled
        and positive_line_count > 0

),

bought as (

    select
        units.campaign_id,
        units.customer_id,
        count(*) filter (where purchases.ordered_at <= units.sent_at) as earlier_count,
        count(*) filter (where purchases.ordered_at > units.sent_at) as later_count,
        sum(purchases.net_base) filter (where purchases.ordered_at > units.sent_at) as later_base
    from units
    inner join purchases
        on
            units.customer_id = purchases.customer_id
            and epoch(purchases.ordered_at) - epoch(units.sent_at) <= 86400.0 * {{ var('campaign_window_days') }}
    group by units.campaign_id, units.customer_id

),

responded as (

    select distinct
        units.campaign_id,
        units.customer_id
    from units
    inner join {{ ref('fct_campaign_responses') }} as responses
        on
            units.campaign_id = responses.campaign_id
            and units.customer_id = responses.customer_id
            and epoch(responses.responded_at) - epoch(units.sent_at) <= 86400.0 * {{ var('campaign_window_days') }}
    inner join {{ ref('touchpoint_kinds') }} as kinds on responses.response_kind = kinds.response_kind and kinds.is_touch

)

select
    units.campaign_id,
    units.customer_id,
    coalesce(groups.channel_group, 'other_campaign') as channel_group,
    case
        when coalesce(bought.earlier_count, 0) = 0 then 'none'
        when bought.earlier_count = 1 then 'one'
        else 'several'
    end as customer_type,
    units.is_treated,
    responded.customer_id is not null as has_responded,
    coalesce(bought.later_count, 0) > 0 as has_bought,
    cast(coalesce(bought.later_base, 0) as decimal(18, 4)) as bought_base,
    cast(units.cost_base as decimal(18, 4)) as cost_base
from units
left join bought on units.campaign_id = bought.campaign_id and units.customer_id = bought.customer_id
left join responded on units.campaign_id = responded.campaign_id and units.customer_id = responded.customer_id
left join {{ ref('channel_groups') }} as groups on groups.kind = 'campaign_channel' and units.channel = groups.value
