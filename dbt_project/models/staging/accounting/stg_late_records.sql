{{ config(materialized='view') }}
{#- Streams that features count, with the key that the timeline of interactions names a record by. -#}
{%- set streams = {
    'orders': ['order_ref'], 'returns': ['return_ref', 'line_ref'], 'tickets': ['ticket_ref'], 'contacts': ['contact_ref'],
    'engagements': ['engagement_ref'], 'surveys': ['response_ref'], 'campaign_responses': ['response_ref'],
} -%}
{%- set happened = {
    'orders': 'ordered_at', 'returns': 'returned_at', 'tickets': 'opened_at', 'contacts': 'started_at',
    'engagements': 'occurred_at', 'surveys': 'answered_at', 'campaign_responses': 'responded_at',
} -%}

-- What a system delivered on its first day is its history and counts as known when it happened; nobody could deliver it earlier.
with

{% for stream in streams %}
began_{{ stream }} as (

    select
        _system,
        min(cast(_loaded_at as date)) as first_on
    from {{ source('raw', stream) }}
    group by _system

),

{% endfor %}
arrived as (

    {% for stream, refs in streams.items() %}
    select
        '{{ stream }}' as stream,
        arrived._system || ':' || arrived.{{ refs | join(" || ':' || arrived.") }} as record_id,
        cast(arrived._loaded_at as date) as loaded_on,
        cast(arrived.{{ happened[stream] }} as date) as happened_on,
        began_{{ stream }}.first_on
    from {{ source('raw', stream) }} as arrived
    inner join began_{{ stream }} on arrived._system = began_{{ stream }}._system
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    stream,
    record_id,
    min(loaded_on) - {{ var('feature_lag_days') }} as known_on
from arrived
group by stream, record_id
having
    min(loaded_on) > min(first_on)
    and min(loaded_on) > max(happened_on) + {{ var('feature_lag_days') }}
