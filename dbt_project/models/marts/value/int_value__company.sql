-- What formulas need of the company as a whole: how many of a year's customers buy again in the next, and for how long that lasts.
with

parameters as (

    {{ value_parameters(['period_days', 'clv_lifespan_years', 'clv_horizon_years', 'clv_discount_rate']) }}

),

years as (

    select
        orders.customer_id,
        max(case when {{ date_diff_days('orders.ordered_on', as_of()) }} < parameters.period_days then 1 else 0 end) as in_last,
        max(case when {{ date_diff_days('orders.ordered_on', as_of()) }} >= parameters.period_days then 1 else 0 end) as in_previous
    from {{ ref('fct_orders') }} as orders
    cross join parameters
    where
        orders.customer_id is not null
        and orders.positive_line_count > 0
        and not orders.is_cancelled
        and {{ date_diff_days('orders.ordered_on', as_of()) }} < 2 * parameters.period_days
    group by orders.customer_id

),

retention as (

    select
        sum(in_previous) as previous_count,
        1.0 * sum(in_previous * in_last) / nullif(sum(in_previous), 0) as retention_rate
    from years

),

factors as (

    select
        parameters.*,
        retention.previous_count,
        retention.retention_rate,
        retention.retention_rate / (1 + parameters.clv_discount_rate) as yearly_factor
    from parameters
    cross join retention

)

-- The sum of factor^t for t = 1 .. T is factor * (1 - factor^T) / (1 - factor).
select
    coalesce(previous_count, 0) as retention_base_count,
    cast(retention_rate as decimal(9, 6)) as retention_rate,
    cast(coalesce(
        clv_lifespan_years,
        case when retention_rate < 1 then least(1 / nullif(1 - retention_rate, 0), clv_horizon_years) end,
        case when retention_rate = 1 then clv_horizon_years end
    ) as decimal(18, 6)) as lifespan_years,
    cast(case
        when yearly_factor = 1 then clv_horizon_years
        else yearly_factor * (1 - power(yearly_factor, clv_horizon_years)) / (1 - yearly_factor)
    end as decimal(18, 6)) as discounted_years,
    case when clv_lifespan_years is not null then 'configured' when retention_rate is not null then 'measured' else 'unknown' end
        as lifespan_basis
from factors
