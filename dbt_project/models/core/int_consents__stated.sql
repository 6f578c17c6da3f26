{{ config(materialized='view') }}
{%- set channels = ['email', 'sms', 'phone', 'post'] -%}

-- Whoever unsubscribes refuses the channel that was answered; all channels when none is known.
with

channels as (

    {% for channel in channels -%}
    select '{{ channel }}' as channel{{ ' union all' if not loop.last }}
    {% endfor %}
),

accounts as (

    select
        links.customer_id,
        accounts.*
    from {{ ref('stg_sales__customers') }} as accounts
    inner join {{ ref('identity_links') }} as links
        on
            accounts.system = links.system
            and accounts.customer_ref = links.record_ref
            and links.stream = 'customers'
    where links.customer_id is not null

),

responses as (

    select
        *,
        lower(trim(channel)) as stated_channel
    from {{ ref('fct_campaign_responses') }}
    where response_kind = 'unsubscribe' and customer_id is not null

)

{% for channel in channels -%}
select
    customer_id,
    '{{ channel }}' as channel,
    consent_{{ channel }} as is_allowed,
    'customers' as stream,
    system,
    customer_ref as record_ref,
    coalesce(updated_at, created_at) as stated_at
from accounts
where consent_{{ channel }} is not null
union all
{% endfor -%}
select
    responses.customer_id,
    coalesce(responses.stated_channel, channels.channel) as channel,
    false as is_allowed,
    'campaign_responses' as stream,
    responses.system,
    responses.response_id as record_ref,
    responses.responded_at as stated_at
from responses
left join channels on responses.stated_channel is null
