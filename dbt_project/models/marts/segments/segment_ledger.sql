-- Rules are read at the end of every complete period; a segment is entered at the first one at which its rule held.
{%- set with_past = segmentations_with_past() %}
with

seen as (

    select
        customer_id,
        seen_on,
        {%- for each in with_past %}
        cast({{ each.expression }} as varchar) as segment_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_segments__dated') }}

),

compared as (

    select
        *,
        {%- for each in with_past %}
        lag(segment_{{ loop.index }}) over customer as previous_{{ loop.index }}{{ "," if not loop.last }}
        {%- endfor %}
    from seen
    window customer as (partition by customer_id order by seen_on)

),

changes as (

    {%- for each in with_past %}
    select
        '{{ each.name }}' as segmentation, customer_id, seen_on,
        segment_{{ loop.index }} as segment, previous_{{ loop.index }} as previous_segment
    from compared
    where segment_{{ loop.index }} is distinct from previous_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

intervals as (

    select
        *,
        lead(seen_on) over (partition by segmentation, customer_id order by seen_on) as valid_to,
        lead(segment) over (partition by segmentation, customer_id order by seen_on) as next_segment
    from changes

)

select
    segmentation,
    segment,
    customer_id,
    seen_on as valid_from,
    valid_to,
    valid_to is null as is_current,
    previous_segment,
    next_segment
from intervals
where segment is not null
