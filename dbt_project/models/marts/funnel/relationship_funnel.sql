-- A person is in every stage up to the furthest one shown, so the funnel never widens; loyalty is a second purchase.
with

journeys as (

    select * from {{ ref('int_customers__journeys') }}

),

stages as (

    select
        1 as stage_no,
        'awareness' as stage
    union all
    select
        2,
        'interest'
    union all
    select
        3,
        'decision'
    union all
    select
        4,
        'purchase'
    union all
    select
        5,
        'loyalty'

),

-- Only who showed the stage before the next one has spent time in it; a first purchase out of nothing skips stages.
entries as (

    select
        journeys.customer_id,
        stages.stage_no,
        stages.stage,
        journeys.reached_no,
        case stages.stage_no
            when 1 then journeys.aware_at
            when 2 then journeys.interested_at
            when 3 then journeys.decided_at
            when 4 then journeys.purchased_at
        end as entered_at,
        case stages.stage_no
            when 1
                then least(
                    coalesce(journeys.interested_at, journeys.decided_at, journeys.purchased_at),
                    coalesce(journeys.decided_at, journeys.interested_at, journeys.purchased_at),
                    coalesce(journeys.purchased_at, journeys.decided_at, journeys.interested_at)
                )
            when 2
                then least(
                    coalesce(journeys.decided_at, journeys.purchased_at), coalesce(journeys.purchased_at, journeys.decided_at)
                )
            when 3 then journeys.purchased_at
            when 4 then journeys.loyal_at
        end as left_at
    from journeys
    inner join stages on journeys.reached_no >= stages.stage_no

),

timed as (

    select
        *,
        case
            when entered_at <= left_at then cast((epoch(left_at) - epoch(entered_at)) / 86400 as decimal(18, 4))
        end as dwell_days
    from entries

)

select
    stages.stage_no,
    stages.stage,
    count(timed.customer_id) as customer_count,
    count(timed.customer_id) filter (where timed.reached_no > stages.stage_no) as moved_on_count,
    cast(
        1.0 * count(timed.customer_id) filter (where timed.reached_no > stages.stage_no)
        / nullif(case when stages.stage_no < 5 then count(timed.customer_id) end, 0) as decimal(9, 6)
    ) as conversion_rate,
    cast(
        1.0 * count(timed.customer_id) / nullif(max(count(timed.customer_id)) over (), 0) as decimal(9, 6)
    ) as share_of_first,
    count(timed.dwell_days) as dwell_count,
    cast(avg(timed.dwell_days) as decimal(18, 4)) as mean_dwell_days,
    cast(median(timed.dwell_days) as decimal(18, 4)) as median_dwell_days
from stages
left join timed on stages.stage_no = timed.stage_no
group by stages.stage_no, stages.stage
