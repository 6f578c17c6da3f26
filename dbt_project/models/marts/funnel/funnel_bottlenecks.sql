-- A visit begins when a deal comes to a stage from another one, also by a step back or a re-opening, and ends when it goes.
with

moves as (

    select
        *,
        lead(occurred_on) over (partition by subject_id order by event_no) as left_on,
        lead(event_kind) over (partition by subject_id order by event_no) as left_by
    from {{ ref('stage_events') }}
    where subject_kind = 'deal' and event_kind not in ('within', 'unmapped')

),

visits as (

    select
        system,
        subject_id as deal_id,
        sales_stage_no as stage_no,
        event_kind,
        occurred_on,
        left_by,
        {{ date_diff_days('occurred_on', 'left_on') }} as stay_days
    from moves
    where outcome = 'open'

),

placed as (

    select
        system,
        stage_no,
        stay_days,
        row_number() over (partition by system, stage_no order by stay_days) as place,
        count(*) over (partition by system, stage_no) as stay_count
    from visits
    where stay_days is not null

),

stalls as (

    select
        system,
        stage_no,
        min(case when place >= {{ parameter('forecast_parameters', 'stalled_quantile') }} * stay_count then stay_days end) as stalled_days
    from placed
    group by system, stage_no

),

means as (

    select
        system,
        avg(case when outcome = 'won' and amount_base > 0 then amount_base end) as mean_won_base
    from {{ ref('fct_opportunities') }}
    group by system

),

-- A lost or open deal without an amount is taken at the mean of what its system has won.
valued as (

    select
        deals.opportunity_id as deal_id,
        deals.amount_base,
        case when deals.amount_base > 0 then deals.amount_base else means.mean_won_base end as value_base
    from {{ ref('fct_opportunities') }} as deals
    inner join means on deals.system = means.system

),

counted as (

    select
        visits.system,
        visits.stage_no,
        count(*) as visit_count,
        count(distinct visits.deal_id) as deal_count,
        count(*) filter (where visits.left_by in ('advance', 'win')) as moved_on_count,
        count(*) filter (where visits.left_by = 'step_back') as stepped_back_count,
        count(*) filter (where visits.event_kind = 'reopen') as reopened_count,
        count(*) filter (where visits.left_by = 'lose') as lost_count,
        count(*) filter (where visits.left_by is null) as open_count,
        avg(visits.stay_days) as mean_stay_days,
        median(visits.stay_days) as median_stay_days,
        max(stalls.stalled_days) as stalled_days,
        sum(case when visits.left_by = 'lose' then valued.amount_base end) as lost_amount_base,
        sum(case when visits.left_by = 'lose' then valued.value_base end) as lost_value_base,
        count(*) filter (
            where visits.left_by is null and {{ date_diff_days('visits.occurred_on', as_of()) }} > stalls.stalled_days
        ) as stalled_count,
        sum(case
            when visits.left_by is null and {{ date_diff_days('visits.occurred_on', as_of()) }} > stalls.stalled_days then valued.value_base
        end) as stalled_value_base
    from visits
    inner join valued on visits.deal_id = valued.deal_id
    left join stalls on visits.system = stalls.system and visits.stage_no = stalls.stage_no
    group by visits.system, visits.stage_no

)

select
    counted.system, counted.stage_no, stages.stage, counted.visit_count, counted.deal_count, counted.moved_on_count,
    counted.stepped_back_count, counted.reopened_count, counted.lost_count, counted.open_count,
    cast(1.0 * counted.moved_on_count / nullif(counted.visit_count - counted.open_count, 0) as decimal(9, 6)) as move_on_rate,
    cast(counted.mean_stay_days as decimal(18, 4)) as mean_stay_days,
    cast(counted.median_stay_days as decimal(18, 4)) as median_stay_days,
    counted.stalled_days, counted.stalled_count,
    cast(counted.stalled_value_base as decimal(18, 4)) as stalled_value_base,
    cast(counted.lost_amount_base as decimal(18, 4)) as lost_amount_base,
    cast(counted.lost_value_base as decimal(18, 4)) as lost_value_base,
    cast(rank() over (
        partition by counted.system order by coalesce(counted.lost_value_base, 0) desc, counted.lost_count desc, counted.stage_no asc
    ) as integer) as bottleneck_rank
from counted
left join {{ ref('stage_vocabularies') }} as stages on stages.vocabulary = 'sales' and counted.stage_no = stages.stage_no
