{%- set streams = {
    'sales': [
        'customers', 'orders', 'order_lines', 'returns', 'products', 'stores', 'employees', 'leads', 'opportunities',
        'opportunity_stages', 'contracts', 'activities', 'targets', 'subscriptions', 'billing_accounts',
        'customer_relations', 'product_constraints'
    ],
    'web': ['identifies', 'ad_spend'],
    'social': ['profiles', 'engagements'],
    'service': ['contacts', 'tickets', 'surveys'],
    'campaigns': ['campaigns', 'campaign_contacts', 'campaign_responses'],
    'reference': ['fx_rates'],
} -%}
with

counted as (

    {% for domain, names in streams.items() %}
    {% for stream in names %}
    select
        '{{ stream }}' as stream,
        system,
        count(*) as kept_rows,
        sum(_delivered_rows) as delivered_rows,
        sum(_duplicate_rows) as duplicate_rows,
        sum(_conflicting_rows) as conflicting_rows
    from {{ ref('stg_' ~ domain ~ '__' ~ stream) }}
    group by system
    union all
    {% endfor %}
    {% endfor %}
    -- Events are counted where they were last read: in the sessions, and in the few that came more than once.
    select 'events' as stream, system, sum(event_count), sum(event_count), 0, 0
    from {{ ref('fct_web_sessions') }}
    group by system
    union all
    select 'events' as stream, _system, 0, sum(_delivered_rows - 1), sum(_duplicate_rows), sum(_conflicting_rows)
    from {{ ref('stg_web__events_repeated') }}
    group by _system

)

select
    stream,
    system,
    cast(sum(delivered_rows) as bigint) as delivered_rows,
    cast(sum(kept_rows) as bigint) as kept_rows,
    cast(sum(duplicate_rows) as bigint) as duplicate_rows,
    cast(sum(conflicting_rows) as bigint) as conflicting_rows,
    cast(sum(delivered_rows) - sum(kept_rows) - sum(duplicate_rows) - sum(conflicting_rows) as bigint) as older_rows
from counted
group by stream, system
