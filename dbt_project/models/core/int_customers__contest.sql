{%- set steps = ['first', 'second', 'third', 'fourth'] -%}
-- The stated values of a customer in order of survival. Only where a customer states two values is anything compared. A blocked
-- value (seed blocked_identifiers) reaches nobody and does not stand.
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

),

-- The source is the most trusted, then newest record that states the value; one text, because it sorts and is read once.
candidates as (

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

),

contested as (

    select customer_id, unit
    from candidates
    group by customer_id, unit
    having count(*) > 1

),

scored as (

    select
        candidates.*,
        {%- for step in steps %}
        policy.{{ step }}_by,
        {{ survivorship_score('policy.' ~ step ~ '_by', 'candidates') }} as {{ step }}_score{{ ',' if not loop.last }}
        {%- endfor %}
    from candidates
    inner join contested on candidates.customer_id = contested.customer_id and candidates.unit = contested.unit
    inner join {{ ref('survivorship') }} as policy on candidates.unit = policy.unit and policy.part_no = 1

),

placed as (

    select
        scored.*,
        row_number() over (
            partition by customer_id, unit
            order by {% for step in steps %}{{ step }}_score desc, {% endfor %}value
        ) as place
    from scored

),

judged as (

    select
        placed.*,
        case
            {%- for step in steps %}
            when placed.{{ step }}_score < winners.{{ step }}_score then placed.{{ step }}_by
            {%- endfor %}
            when placed.place > 1 then 'text_order'
        end as lost_by
    from placed
    inner join placed as winners
        on placed.customer_id = winners.customer_id and placed.unit = winners.unit and winners.place = 1

),

ordered as (

    select
        customer_id, unit, value, place, frequency, source, stated_at,
        coalesce(lost_by, lead(lost_by) over (partition by customer_id, unit order by place)) as decided_by
    from judged
    union all
    select
        candidates.customer_id, candidates.unit, candidates.value, 1, candidates.frequency, candidates.source, candidates.stated_at,
        'only_value'
    from candidates
    left join contested on candidates.customer_id = contested.customer_id and candidates.unit = contested.unit
    where contested.customer_id is null

)

select
    customer_id,
    unit,
    place,
    value,
    decided_by,
    split_part(source, '␟', 2) as stream,
    split_part(source, '␟', 3) as system,
    split_part(source, '␟', 4) as record_ref,
    stated_at,
    frequency as record_count
from ordered
