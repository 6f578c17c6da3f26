with

ledger as (

    select * from {{ ref('customer_lifecycle') }}

),

arms as (

    select customer_id, interval_no, valid_from, 'state' as vocabulary, state as stage from ledger
    union all
    select customer_id, interval_no, valid_from, 'transaction', stage_by_transaction from ledger
    union all
    select customer_id, interval_no, valid_from, 'relationship', stage_by_relationship from ledger
    union all
    select customer_id, interval_no, valid_from, 'management', stage_by_management from ledger

),

-- Intervals that are one stage in a vocabulary are one stay.
stays as (

    select *
    from (
        select
            *,
            lag(stage) over (partition by customer_id, vocabulary order by interval_no) as last_stage
        from arms
        where stage is not null
    ) as paired
    where last_stage is null or last_stage <> stage

),

moves as (

    select
        vocabulary,
        coalesce(last_stage, 'none') as from_stage,
        stage as to_stage,
        cast(date_trunc('month', valid_from) as date) as month_on,
        {{ date_diff_days('lag(valid_from) over (partition by customer_id, vocabulary order by interval_no)', 'valid_from') }} as stay_days
    from stays

),

counted as (

    select
        vocabulary,
        month_on,
        from_stage,
        to_stage,
        count(*) as change_count,
        sum(stay_days) as stay_days,
        median(stay_days) as median_stay_days
    from moves
    group by vocabulary, month_on, from_stage, to_stage

),

-- Who stood in a stage when the month began: all that had come less all that had gone.
flows as (

    select vocabulary, month_on, to_stage as stage, change_count as net_count from counted
    union all
    select vocabulary, month_on, from_stage, -change_count from counted

),

opening as (

    select
        counted.vocabulary,
        counted.month_on,
        counted.from_stage,
        counted.to_stage,
        sum(flows.net_count) as start_count
    from counted
    inner join flows
        on counted.vocabulary = flows.vocabulary and counted.from_stage = flows.stage and counted.month_on > flows.month_on
    group by counted.vocabulary, counted.month_on, counted.from_stage, counted.to_stage

)

select
    counted.vocabulary,
    counted.month_on,
    counted.from_stage,
    counted.to_stage,
    counted.change_count,
    cast(case when counted.from_stage <> 'none' then coalesce(opening.start_count, 0) end as bigint) as start_count,
    cast(
        1.0 * counted.change_count / nullif(case when counted.from_stage <> 'none' then opening.start_count end, 0) as decimal(18, 6)
    ) as change_rate,
    cast(counted.stay_days as bigint) as stay_days,
    cast(counted.median_stay_days as decimal(18, 4)) as median_stay_days
from counted
left join opening
    on
        counted.vocabulary = opening.vocabulary
        and counted.month_on = opening.month_on
        and counted.from_stage = opening.from_stage
        and counted.to_stage = opening.to_stage
