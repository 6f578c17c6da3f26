-- What had been seen by each day: snapshots whose horizon had passed by then. No later day enters (S110).
with

horizon as (

    select cast({{ parameter('forecast_parameters', 'horizon_days') }} as integer) as days

),

snapshots as (

    select * from {{ ref('deal_snapshots') }}

),

seen as (

    select
        snapshots.system,
        snapshots.stage_no,
        snapshots.band_no,
        {{ dbt.dateadd('day', 'horizon.days', 'snapshots.snapshot_on') }} as known_on,
        case
            when snapshots.won_on <= {{ dbt.dateadd('day', 'horizon.days', 'snapshots.snapshot_on') }} then 1 else 0
        end as is_won
    from snapshots
    cross join horizon

),

-- A snapshot between month ends (the last day of a run) serves to be forecast, not to learn from.
counted as (

    select
        system,
        stage_no,
        band_no,
        known_on,
        count(*) as seen_count,
        sum(is_won) as won_count
    from seen
    group by system, stage_no, band_no, known_on

),

cells as (

    select distinct
        snapshots.system,
        snapshots.snapshot_on,
        stages.stage_no,
        bands.band_no
    from snapshots
    cross join {{ ref('stage_vocabularies') }} as stages
    cross join {{ ref('stage_age_bands') }} as bands
    where stages.vocabulary = 'sales' and stages.stage_no < 4

),

summed as (

    select
        cells.system,
        cells.snapshot_on,
        cells.stage_no,
        cells.band_no,
        coalesce(sum(counted.seen_count), 0) as seen_all,
        coalesce(sum(counted.won_count), 0) as won_all,
        coalesce(sum(case when counted.stage_no = cells.stage_no then counted.seen_count end), 0) as seen_stage,
        coalesce(sum(case when counted.stage_no = cells.stage_no then counted.won_count end), 0) as won_stage,
        coalesce(sum(case when counted.stage_no = cells.stage_no and counted.band_no = cells.band_no then counted.seen_count end), 0)
            as seen_band,
        coalesce(sum(case when counted.stage_no = cells.stage_no and counted.band_no = cells.band_no then counted.won_count end), 0)
            as won_band
    from cells
    left join counted on cells.system = counted.system and cells.snapshot_on >= counted.known_on
    group by cells.system, cells.snapshot_on, cells.stage_no, cells.band_no

),

staged as (

    select
        *,
        cast(won_all as double) / nullif(seen_all, 0) as p_flat,
        (won_stage + {{ parameter('forecast_parameters', 'prior_deals') }} * cast(won_all as double) / nullif(seen_all, 0))
        / (seen_stage + {{ parameter('forecast_parameters', 'prior_deals') }}) as p_stage
    from summed

)

select
    system,
    snapshot_on,
    stage_no,
    band_no,
    cast(seen_all as bigint) as seen_all,
    cast(seen_stage as bigint) as seen_stage,
    cast(seen_band as bigint) as seen_band,
    cast(won_band as bigint) as won_band,
    p_flat,
    p_stage,
    (won_band + {{ parameter('forecast_parameters', 'prior_deals') }} * p_stage)
    / (seen_band + {{ parameter('forecast_parameters', 'prior_deals') }}) as p_stage_age
from staged
