-- The whole ledger of marketing cost: advertising by day, sends by day, and what a campaign costs before its first send.
with

groups as (

    select
        kind,
        value,
        channel_group
    from {{ ref('channel_groups') }}

),

sends as (

    select
        system,
        campaign_ref,
        lower(channel) as channel,
        sent_on,
        sum(cost_amount_base) as cost_base,
        count(*) filter (where cost_amount is not null and cost_amount_base is null) > 0 as is_unconvertible
    from {{ ref('stg_campaigns__campaign_contacts') }}
    where cost_amount is not null
    group by system, campaign_ref, lower(channel), sent_on

),

ledger as (

    select
        'advertising' as spend_kind,
        system || ':' || spend_on || ':' || coalesce(utm_source, '') || ':' || coalesce(utm_medium, '')
        || ':' || coalesce(utm_campaign, '') as spend_ref,
        system,
        spend_on as spent_on,
        'utm_medium' as group_kind,
        lower(utm_medium) as channel,
        lower(utm_source) as source,
        campaign_ref,
        utm_campaign as campaign_name,
        impressions,
        clicks,
        cost_amount_base as cost_base,
        cost_amount is not null and cost_amount_base is null as is_unconvertible
    from {{ ref('stg_web__ad_spend') }}
    union all
    select
        'campaign_contacts', system || ':' || campaign_ref || ':' || coalesce(channel, '') || ':' || sent_on, system, sent_on,
        'campaign_channel', channel, 'campaign', campaign_ref, null, null, null, cost_base, is_unconvertible
    from sends
    union all
    select
        'campaign_fixed', system || ':' || campaign_ref, system, starts_on,
        'campaign_channel', lower(channel), 'campaign', campaign_ref, name, null, null, fixed_cost_base, fixed_cost_base is null
    from {{ ref('stg_campaigns__campaigns') }}
    where
        fixed_cost is not null
        and coalesce(starts_on <= {{ as_of() }}, true)

)

select
    ledger.spend_kind || ':' || ledger.spend_ref as spend_id,
    ledger.system,
    ledger.spend_kind,
    ledger.spent_on,
    cast(date_trunc('month', ledger.spent_on) as date) as month_on,
    coalesce(
        groups.channel_group,
        case when ledger.channel is not null or ledger.source <> 'campaign' then 'other_campaign' end,
        'unattributed'
    ) as channel_group,
    ledger.channel,
    coalesce(ledger.source, 'none') as source,
    {{ member_key('ledger', 'campaign_ref') }} as campaign_id,
    ledger.campaign_name,
    ledger.impressions,
    ledger.clicks,
    cast(ledger.cost_base as decimal(18, 4)) as cost_base,
    ledger.is_unconvertible
from ledger
left join groups on ledger.group_kind = groups.kind and ledger.channel = groups.value
