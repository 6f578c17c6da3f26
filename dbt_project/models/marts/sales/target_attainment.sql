-- A period that has passed is known; before that, deals are forecast by their owner's pipeline and the rest by its pace.
with

counted as (

    select
        target_id,
        sum(order_count) as order_count,
        sum(sales_base) as sales_base,
        sum(won_deal_count) as won_deal_count,
        count(distinct case when order_count = 1 then customer_id end) as customer_count
    from {{ ref('int_targets__results') }}
    group by target_id

),

chosen as (

    select distinct
        system,
        method
    from {{ ref('forecast_backtest') }} where is_chosen

),

-- Wins to come within the horizon, by owner, on the last day.
pipelines as (

    select
        forecasts.employee_id,
        max({{ date_diff_days('forecasts.snapshot_on', 'forecasts.until_on') }}) as horizon_days,
        sum(cast(
            case coalesce(chosen.method, 'stage')
                when 'flat' then forecasts.p_flat
                when 'stage' then forecasts.p_stage
                else forecasts.p_stage_age
            end as decimal(18, 9)
        )) as expected_wins
    from {{ ref('deal_forecasts') }} as forecasts
    left join chosen on forecasts.system = chosen.system
    where forecasts.snapshot_on = {{ as_of() }}
    group by forecasts.employee_id

),

measured as (

    select
        targets.*,
        coalesce(
            case targets.measure
                when 'revenue' then counted.sales_base
                when 'orders' then counted.order_count
                when 'customers' then counted.customer_count
                when 'won_deals' then counted.won_deal_count
            end, 0
        ) as actual_value,
        {{ date_diff_days('targets.period_start', 'targets.period_end') }} + 1 as total_days,
        least({{ date_diff_days('targets.period_start', as_of()) }}, {{ date_diff_days('targets.period_start', 'targets.period_end') }}) + 1
            as elapsed_days,
        pipelines.expected_wins,
        pipelines.horizon_days
    from {{ ref('fct_targets') }} as targets
    left join counted on targets.target_id = counted.target_id
    left join pipelines
        on pipelines.employee_id = case when targets.subject_kind = 'employee' then targets.system || ':' || targets.subject_ref end

),

based as (

    select
        *,
        case
            when elapsed_days >= total_days then 'closed'
            when measure = 'won_deals' and expected_wins is not null then 'pipeline'
            else 'pace'
        end as forecast_basis
    from measured

),

forecast as (

    select
        *,
        case forecast_basis
            when 'closed' then cast(actual_value as double)
            when 'pipeline'
                then
                    actual_value + cast(expected_wins as double)
                    * least(1.0, cast(total_days - elapsed_days as double) / nullif(horizon_days, 0))
            else cast(actual_value as double) * total_days / nullif(elapsed_days, 0)
        end as forecast_value
    from based

)

select
    target_id, system, subject_kind, subject_ref, measure, period_start, period_end,
    target_value_base,
    cast(actual_value as decimal(18, 4)) as actual_value_base,
    cast(actual_value as double) / nullif(cast(target_value_base as double), 0) as attainment,
    cast(elapsed_days as double) / nullif(total_days, 0) as elapsed_share,
    forecast_basis,
    cast(forecast_value as decimal(18, 4)) as forecast_value_base,
    forecast_value / nullif(cast(target_value_base as double), 0) as forecast_attainment,
    case
        when target_value_base is null then 'unknown'
        when actual_value >= target_value_base then 'met'
        when forecast_basis = 'closed' then 'missed'
        when forecast_value >= cast(target_value_base as double) then 'on_track'
        else 'behind'
    end as status
from forecast
