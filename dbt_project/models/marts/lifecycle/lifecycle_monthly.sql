-- What stood at the start, plus what came, less what went, is what stands at the end.
with

moves as (

    select * from {{ ref('lifecycle_transitions') }}

),

began as (

    select min(month_on) as first_month_on from moves

),

months as (

    select distinct dates.month_on
    from {{ ref('dim_dates') }} as dates
    inner join began on dates.month_on >= began.first_month_on

),

stages as (

    select distinct
        vocabulary,
        stage,
        stage_no
    from {{ ref('lifecycle_stages') }}

),

entries as (

    select vocabulary, month_on, to_stage as stage, sum(change_count) as entry_count
    from moves
    group by vocabulary, month_on, to_stage

),

exits as (

    select vocabulary, month_on, from_stage as stage, sum(change_count) as exit_count, sum(stay_days) as stay_days
    from moves
    group by vocabulary, month_on, from_stage

),

flows as (

    select
        stages.vocabulary,
        months.month_on,
        stages.stage_no,
        stages.stage,
        cast(coalesce(entries.entry_count, 0) as bigint) as entry_count,
        cast(coalesce(exits.exit_count, 0) as bigint) as exit_count,
        exits.stay_days
    from months
    cross join stages
    left join entries
        on months.month_on = entries.month_on and stages.vocabulary = entries.vocabulary and stages.stage = entries.stage
    left join exits
        on months.month_on = exits.month_on and stages.vocabulary = exits.vocabulary and stages.stage = exits.stage

),

balances as (

    select
        *,
        cast(sum(entry_count - exit_count) over (partition by vocabulary, stage order by month_on) as bigint) as end_count
    from flows

)

select
    vocabulary,
    month_on,
    stage_no,
    stage,
    end_count - entry_count + exit_count as start_count,
    entry_count,
    exit_count,
    end_count,
    cast(1.0 * exit_count / nullif(end_count + exit_count, 0) as decimal(9, 6)) as exit_rate,
    cast(1.0 * stay_days / nullif(exit_count, 0) as decimal(18, 4)) as mean_stay_days,
    cast(1.0 * end_count / nullif(sum(end_count) over (partition by vocabulary, month_on), 0) as decimal(9, 6)) as share
from balances
