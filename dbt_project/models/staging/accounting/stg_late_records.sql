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
{%- set lag_days = var('feature_lag_days') -%}

-- What a system delivered on its first day is its history and counts as known when it happened; nobody could deliver it earlier.
{% for stream, refs in streams.items() %}
select
    '{{ stream }}' as stream,
    arrived._system || ':' || arrived.{{ refs | join(" || ':' || arrived.") }} as record_id,
    min(cast(arrived._loaded_at as date)) - {{ lag_days }} as known_on
from {{ source('raw', stream) }} as arrived
inner join (
    select
        _system,
        min(cast(_loaded_at as date)) as first_on
    from {{ source('raw', stream) }}
    group by _system
) as began on arrived._system = began._system
group by arrived._system, arrived.{{ refs | join(", arrived.") }}
having
    min(cast(arrived._loaded_at as date)) > min(began.first_on)
    and min(cast(arrived._loaded_at as date)) > max(cast(arrived.{{ happened[stream] }} as date)) + {{ lag_days }}
{% if not loop.last %}union all{% endif %}
{%- endfor %}
