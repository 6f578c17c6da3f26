-- A lost deal that carries an amount shows that its system states amounts before the end; one that fills them in on
-- winning would tell the outcome, so there, and before the first loss, the mean of what was won stands in.
with

snapshots as (

    select * from {{ ref('deal_snapshots') }}

),

days as (

    select distinct
        system,
        snapshot_on
    from snapshots

),

closed as (

    select
        days.system,
        days.snapshot_on,
        deals.product_id,
        deals.outcome,
        deals.amount_base
    from days
    inner join {{ ref('fct_opportunities') }} as deals on days.system = deals.system and days.snapshot_on >= deals.closed_on
    where deals.outcome in ('won', 'lost')

),

systems as (

    select
        system,
        snapshot_on,
        avg(case when outcome = 'won' and amount_base > 0 then amount_base end) as mean_won,
        avg(case when outcome = 'lost' then case when amount_base > 0 then 1.0 else 0.0 end end) as stated_share
    from closed
    group by system, snapshot_on

),

products as (

    select
        system,
        snapshot_on,
        product_id,
        avg(case when outcome = 'won' and amount_base > 0 then amount_base end) as mean_won
    from closed
    where product_id is not null
    group by system, snapshot_on, product_id

),

valued as (

    select
        snapshots.*,
        case
            when
                snapshots.opening_amount_base > 0
                and systems.stated_share >= {{ parameter('forecast_parameters', 'stated_share') }} then 'stated'
            when products.mean_won is not null then 'product_mean'
            when systems.mean_won is not null then 'system_mean'
        end as amount_basis,
        products.mean_won as product_mean,
        systems.mean_won as system_mean,
        {{ dbt.dateadd('day', "cast(" ~ parameter('forecast_parameters', 'horizon_days') ~ " as integer)", 'snapshots.snapshot_on') }}
            as until_on
    from snapshots
    left join systems on snapshots.system = systems.system and snapshots.snapshot_on = systems.snapshot_on
    left join products
        on
            snapshots.system = products.system
            and snapshots.snapshot_on = products.snapshot_on
            and snapshots.product_id = products.product_id

)

select
    valued.snapshot_on,
    valued.deal_id,
    valued.system,
    valued.customer_id,
    valued.employee_id,
    valued.product_id,
    valued.stage_no,
    valued.stage_days,
    cast(valued.until_on as date) as until_on,
    valued.amount_basis,
    cast(
        case valued.amount_basis
            when 'stated' then valued.opening_amount_base
            when 'product_mean' then valued.product_mean
            when 'system_mean' then valued.system_mean
        end as decimal(18, 4)
    ) as expected_amount_base,
    rates.p_flat,
    rates.p_stage,
    rates.p_stage_age,
    valued.until_on <= {{ as_of() }} as is_known,
    case when valued.until_on <= {{ as_of() }} then coalesce(valued.won_on <= valued.until_on, false) end as is_won,
    cast(
        case
            when valued.until_on <= {{ as_of() }} then case when valued.won_on <= valued.until_on then valued.won_amount_base else 0 end
        end as decimal(18, 4)
    ) as won_amount_base
from valued
left join {{ ref('stage_win_rates') }} as rates
    on
        valued.system = rates.system
        and valued.snapshot_on = rates.snapshot_on
        and valued.stage_no = rates.stage_no
        and valued.band_no = rates.band_no
