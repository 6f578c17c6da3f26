{{ config(materialized='view') }}

-- A blocked value (seed blocked_identifiers) reaches nobody and does not stand.
with

trusted as (

    select
        stated.*,
        coalesce(by_unit_system.trust, by_unit.trust, by_system.trust, by_stream.trust, 0) as trust
    from {{ ref('int_customers__stated') }} as stated
    {% for alias, unit, system in [
        ('by_unit_system', 'stated.unit', 'stated.system'), ('by_unit', 'stated.unit', "'*'"),
        ('by_system', "'*'", 'stated.system'), ('by_stream', "'*'", "'*'")
    ] -%}
    left join {{ ref('survivorship_trust') }} as {{ alias }}
        on
            stated.stream = {{ alias }}.stream
            and {{ alias }}.unit = {{ unit }}
            and {{ alias }}.system = {{ system }}
    {% endfor -%}
    left join {{ ref('blocked_identifiers') }} as blocked on stated.unit = blocked.kind and stated.value = blocked.value
    where blocked.value is null

)

-- The source is the most trusted, then newest record that states the value; one text, because it sorts and is read once.
select
    customer_id,
    unit,
    value,
    max(completeness) as completeness,
    max(trust) as trust,
    count(*) as frequency,
    max(stated_at) as stated_at,
    max(
        cast(1000 + trust as varchar) || coalesce(cast(stated_at as varchar), '')
        || '␟' || stream || '␟' || system || '␟' || record_ref
    ) as source
from trusted
group by customer_id, unit, value
