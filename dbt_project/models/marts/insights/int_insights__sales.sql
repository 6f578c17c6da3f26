-- A stage is compared with the other stages of its system, open deals with the stalled share that their own past sets.
with

stages as (

    select
        *,
        visit_count - open_count as ended_count,
        sum(lost_count) over (partition by system) - lost_count as other_lost_count,
        sum(visit_count - open_count) over (partition by system) - (visit_count - open_count) as other_ended_count
    from {{ ref('funnel_bottlenecks') }}

),

compared as (

    select
        *,
        1.0 * lost_count / nullif(ended_count, 0) as lost_share,
        1.0 * other_lost_count / nullif(other_ended_count, 0) as other_lost_share
    from stages

),

wins as (

    select
        system,
        1.0 * count(*) filter (where outcome = 'won') / nullif(count(*) filter (where outcome in ('won', 'lost')), 0) as win_share
    from {{ ref('fct_opportunities') }}
    group by system

),

stalled as (

    select
        system,
        sum(stalled_count) as stalled_count,
        sum(open_count) as open_count,
        sum(stalled_value_base) as stalled_value_base
    from stages
    group by system

),

-- Each target that is over, or of which enough has elapsed for its pace to say something.
targets as (

    select
        *,
        status in ('missed', 'behind') as is_short,
        target_value_base - forecast_value_base as gap_base
    from {{ ref('target_attainment') }}
    where
        measure = 'revenue'
        and target_value_base > 0
        and elapsed_share >= {{ insight('target_shortfall', 'threshold') }}
        and {{ date_diff_days('period_end', as_of()) }} < {{ insight('target_shortfall', 'window_days') }}

)

select
    'funnel_bottleneck' as rule,
    compared.system || ':' || cast(compared.stage_no as varchar) as subject,
    compared.system || ' · ' || coalesce(names.name_en, cast(compared.stage_no as varchar)) as subject_en,
    compared.system || ' · ' || coalesce(names.name_zh, cast(compared.stage_no as varchar)) as subject_zh,
    cast(compared.lost_count as bigint) as hit_count,
    cast(compared.ended_count as bigint) as base_count,
    cast(null as bigint) as item_count,
    cast(null as varchar) as detail,
    cast(compared.lost_share as double) as observed_share,
    cast(compared.other_lost_share as double) as expected_share,
    cast(compared.lost_value_base * (1 - compared.other_lost_share / nullif(compared.lost_share, 0)) as decimal(18, 2)) as size_base
from compared
left join {{ ref('stage_vocabularies') }} as names on names.vocabulary = 'sales' and compared.stage_no = names.stage_no
union all
select
    'stalled_deals', stalled.system as subject, stalled.system as subject_en, stalled.system as subject_zh,
    cast(stalled.stalled_count as bigint), cast(stalled.open_count as bigint), null, null,
    cast(1.0 * stalled.stalled_count / nullif(stalled.open_count, 0) as double),
    cast(1 - {{ parameter('forecast_parameters', 'stalled_quantile') }} as double),
    cast(stalled.stalled_value_base * wins.win_share as decimal(18, 2))
from stalled
left join wins on stalled.system = wins.system
union all
select
    'target_shortfall', system || ':' || subject_kind || ':' || cast(period_start as varchar) || ':' || cast(period_end as varchar),
    system || ' · ' || subject_kind, system || ' · ' || subject_kind, count(*) filter (where is_short), count(*), null,
    cast(period_start as varchar) || ' – ' || cast(period_end as varchar),
    cast(sum(forecast_value_base) / nullif(sum(target_value_base), 0) as double), cast(1 as double),
    cast(sum(case when is_short then gap_base end) as decimal(18, 2))
from targets
group by system, subject_kind, period_start, period_end
having count(*) filter (where is_short) > 0
