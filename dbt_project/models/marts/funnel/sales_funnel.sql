with

entries as (

    select
        *,
        case
            when left_at >= entered_at then cast((epoch(left_at) - epoch(entered_at)) / 86400 as decimal(18, 4))
        end as dwell_days
    from {{ ref('int_deals__stage_entries') }}

),

stages as (

    select distinct
        sales_stage_no as stage_no,
        sales_stage as stage
    from {{ ref('funnel_stages') }} where sales_stage_no is not null

),

systems as (

    select distinct system from entries

),

counted as (

    select
        system,
        stage_no,
        count(*) as deal_count,
        count(*) filter (where reached_no > stage_no) as moved_on_count,
        count(*) filter (where reached_no = stage_no and outcome = 'open') as open_count,
        count(*) filter (where reached_no = stage_no and outcome = 'lost') as lost_count,
        count(*) filter (where outcome = 'won') as won_count,
        count(*) filter (where outcome in ('won', 'lost')) as decided_count,
        sum(amount_base) as amount_base,
        sum(amount_base) filter (where outcome = 'won') as won_amount_base,
        sum(amount_base) filter (where reached_no = stage_no and outcome = 'lost') as lost_amount_base,
        count(dwell_days) as dwell_count,
        avg(dwell_days) as mean_dwell_days,
        median(dwell_days) as median_dwell_days
    from entries
    group by system, stage_no

)

select
    systems.system,
    stages.stage_no,
    stages.stage,
    coalesce(counted.deal_count, 0) as deal_count,
    coalesce(counted.moved_on_count, 0) as moved_on_count,
    coalesce(counted.open_count, 0) as open_count,
    coalesce(counted.lost_count, 0) as lost_count,
    coalesce(counted.won_count, 0) as won_count,
    cast(1.0 * case when stages.stage_no < 4 then counted.moved_on_count end / nullif(counted.deal_count, 0) as decimal(9, 6))
        as conversion_rate,
    cast(1.0 * counted.deal_count / nullif(max(counted.deal_count) over (partition by systems.system), 0) as decimal(9, 6))
        as share_of_first,
    cast(1.0 * counted.won_count / nullif(counted.decided_count, 0) as decimal(9, 6)) as win_rate,
    coalesce(counted.dwell_count, 0) as dwell_count,
    cast(counted.mean_dwell_days as decimal(18, 4)) as mean_dwell_days,
    cast(counted.median_dwell_days as decimal(18, 4)) as median_dwell_days,
    cast(case when counted.deal_count > 0 then counted.amount_base else 0 end as decimal(18, 4)) as amount_base,
    cast(case when counted.won_count > 0 then counted.won_amount_base else 0 end as decimal(18, 4)) as won_amount_base,
    cast(case when counted.lost_count > 0 then counted.lost_amount_base else 0 end as decimal(18, 4)) as lost_amount_base
from systems
cross join stages
left join counted
    on
        systems.system = counted.system
        and stages.stage_no = counted.stage_no
