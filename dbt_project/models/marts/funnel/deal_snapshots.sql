-- Each row is what was known on its day; only the two columns on the outcome look ahead, up to as_of.
with

changes as (

    select
        subject_id as deal_id,
        system,
        event_no,
        outcome,
        coalesce(sales_stage_no, 1) as stage_no,
        case when event_kind in ('within', 'unmapped') then 0 else 1 end as is_visit,
        occurred_on as valid_from,
        lead(occurred_on) over (partition by subject_id order by event_no) as valid_to
    from {{ ref('stage_events') }}
    where subject_kind = 'deal'

),

-- A change within a stage goes on with the visit that began before it.
visits as (

    select
        *,
        max(case when is_visit = 1 then valid_from end) over (
            partition by deal_id order by event_no rows between unbounded preceding and current row
        ) as stage_from
    from changes

),

began as (

    select min(valid_from) as first_on from changes

),

days as (

    select max(dates.date_on) as snapshot_on
    from {{ ref('dim_dates') }} as dates
    inner join began on dates.date_on >= began.first_on
    group by dates.month_on
    union
    select {{ as_of() }}

),

-- An opening without a date is known on the last day only.
standing as (

    select
        days.snapshot_on,
        visits.deal_id,
        visits.system,
        visits.stage_no,
        {{ date_diff_days('visits.stage_from', 'days.snapshot_on') }} as stage_days
    from days
    inner join visits
        on
            days.snapshot_on >= coalesce(visits.valid_from, {{ as_of() }})
            and (days.snapshot_on < visits.valid_to or visits.valid_to is null)
    where visits.outcome = 'open'

),

wins as (

    select
        subject_id as deal_id,
        occurred_on as won_on
    from {{ ref('stage_events') }}
    where subject_kind = 'deal' and event_kind = 'win'

),

next_wins as (

    select
        standing.deal_id,
        standing.snapshot_on,
        min(wins.won_on) as won_on
    from standing
    inner join wins on standing.deal_id = wins.deal_id and standing.snapshot_on < wins.won_on
    group by standing.deal_id, standing.snapshot_on

)

select
    standing.snapshot_on,
    standing.deal_id,
    standing.system,
    deals.customer_id,
    deals.employee_id,
    deals.product_id,
    standing.stage_no,
    standing.stage_days,
    bands.band_no,
    amounts.opening_amount_base,
    next_wins.won_on,
    case when next_wins.won_on is not null then coalesce(deals.amount_base, 0) else 0 end as won_amount_base
from standing
inner join {{ ref('fct_opportunities') }} as deals on standing.deal_id = deals.opportunity_id
left join {{ ref('int_deals__amounts') }} as amounts on standing.deal_id = amounts.deal_id
left join {{ ref('stage_age_bands') }} as bands
    on coalesce(standing.stage_days, 0) >= bands.from_days and (coalesce(standing.stage_days, 0) <= bands.to_days or bands.to_days is null)
left join next_wins on standing.deal_id = next_wins.deal_id and standing.snapshot_on = next_wins.snapshot_on
