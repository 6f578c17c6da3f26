{%- set steps = ['first', 'second', 'third', 'fourth'] -%}
-- The stated values of a customer in order of survival. Only where a customer states two values is anything compared.
with

candidates as (

    select * from {{ ref('int_customers__candidates') }}

),

contested as (

    select customer_id, unit
    from candidates
    group by customer_id, unit
    having count(*) > 1

),

scored as (

    select
        {%- for step in steps %}
        policy.{{ step }}_by,
        {{ survivorship_score('policy.' ~ step ~ '_by', 'candidates') }} as {{ step }}_score,
        {%- endfor %}
        candidates.*
    from candidates
    inner join contested on candidates.customer_id = contested.customer_id and candidates.unit = contested.unit
    inner join {{ ref('survivorship') }} as policy on candidates.unit = policy.unit and policy.part_no = 1

),

placed as (

    select
        scored.*,
        row_number() over (
            partition by customer_id, unit
            order by first_score desc, second_score desc, third_score desc, fourth_score desc, value asc
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
        candidates.customer_id, candidates.unit, candidates.value, 1 as place, candidates.frequency,
        candidates.source, candidates.stated_at, 'only_value' as decided_by
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
