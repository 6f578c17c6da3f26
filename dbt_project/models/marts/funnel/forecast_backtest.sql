-- Each forecast knows nothing after its day; the Brier score over all of them chooses the method, the simpler one on a tie.
-- Sums are of decimals: those of floating numbers differ with the order of rows.
with

scored as (

    select
        *,
        1 as method_no,
        'flat' as method,
        p_flat as p_win
    from {{ ref('deal_forecasts') }}
    where is_known
    union all
    select
        *,
        2 as method_no,
        'stage' as method,
        p_stage as p_win
    from {{ ref('deal_forecasts') }}
    where is_known
    union all
    select
        *,
        3 as method_no,
        'stage_age' as method,
        p_stage_age as p_win
    from {{ ref('deal_forecasts') }}
    where is_known

),

monthly as (

    select
        system,
        snapshot_on,
        max(until_on) as until_on,
        method_no,
        method,
        count(*) as deal_count,
        sum(cast(p_win as decimal(18, 9))) as forecast_won_count,
        count(*) filter (where is_won) as won_count,
        sum(cast(p_win * cast(expected_amount_base as double) as decimal(18, 4))) as forecast_amount,
        sum(won_amount_base) as won_amount_base,
        sum(cast(power(p_win - case when is_won then 1 else 0 end, 2) as decimal(18, 12))) as squared_error,
        count(p_win) as scored_count
    from scored
    group by system, snapshot_on, method_no, method

),

running as (

    select
        *,
        cast(sum(squared_error) over (partition by system, method_no) as double)
        / nullif(sum(scored_count) over (partition by system, method_no), 0) as brier_all,
        sum(case when forecast_amount is not null then won_amount_base end) over (
            partition by system, method_no order by snapshot_on rows between unbounded preceding and current row
        ) as won_so_far,
        sum(forecast_amount) over (
            partition by system, method_no order by snapshot_on rows between unbounded preceding and current row
        ) as forecast_so_far
    from monthly

),

ranked as (

    select
        *,
        dense_rank() over (partition by system order by round(brier_all, 9), method_no) as place
    from running

)

select
    system,
    snapshot_on,
    until_on,
    method,
    deal_count,
    cast(forecast_won_count as double) as forecast_won_count,
    won_count,
    cast(forecast_amount as decimal(18, 4)) as forecast_amount_base,
    cast(won_amount_base as decimal(18, 4)) as won_amount_base,
    cast(forecast_amount as decimal(18, 4)) - cast(won_amount_base as decimal(18, 4)) as error_base,
    cast(forecast_amount as double) / nullif(cast(won_amount_base as double), 0) - 1 as error_share,
    cast(squared_error as double) / nullif(scored_count, 0) as brier_score,
    brier_all as brier_score_all,
    cast(won_so_far as double) / nullif(cast(forecast_so_far as double), 0) as correction_factor,
    coalesce(place = 1 and brier_all is not null, false) as is_chosen
from ranked
