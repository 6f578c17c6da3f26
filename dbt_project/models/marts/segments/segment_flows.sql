-- Who comes and goes at the end of a period, from the ledger alone; a period without either has no row.
with

moves as (

    select segmentation, segment, valid_from as seen_on, 1 as entered, 0 as departed from {{ ref('segment_ledger') }}
    union all
    select segmentation, segment, valid_to, 0, 1 from {{ ref('segment_ledger') }} where valid_to is not null

),

counted as (

    select
        segmentation,
        segment,
        seen_on,
        sum(entered) as entered_count,
        sum(departed) as left_count
    from moves
    group by segmentation, segment, seen_on

)

select
    segmentation,
    segment,
    seen_on,
    cast(entered_count as bigint) as entered_count,
    cast(left_count as bigint) as left_count,
    cast(sum(entered_count - left_count) over (partition by segmentation, segment order by seen_on) as bigint) as member_count
from counted
