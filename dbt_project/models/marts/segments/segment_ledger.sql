-- Rules are read at the end of every complete period; a segment is entered at the first one at which its rule held.
with

seen as (

    select
        customer_id,
        seen_on,
        {{ segment_history_columns() | indent(8) }}
    from {{ ref('int_segments__dated') }}

),

compared as (

    select
        *,
        {{ segment_history_lags() | indent(8) }}
    from seen
    window customer as (partition by customer_id order by seen_on)

),

changes as (

    {{ segment_history_changes('compared') | indent(4) }}

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
