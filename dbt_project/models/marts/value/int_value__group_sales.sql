-- A group is the RFM segment that a customer stood in when the period began, so that no group grows because growers were sorted
-- into it; who came later is new.
with

parameters as (

    {{ value_parameters(['period_days']) }}

),

moves as (

    select
        customer_id, ordered_on as happened_on, sales_base as net_base
    from {{ ref('fct_orders') }}
    where customer_id is not null
    union all
    select customer_id, returned_on, -deducted_base
    from {{ ref('fct_returns') }}
    where customer_id is not null

),

sold as (

    select
        moves.customer_id,
        {{ date_diff_days('moves.happened_on', as_of()) }} < parameters.period_days as is_recent,
        sum(moves.net_base) as net_base
    from moves
    cross join parameters
    where {{ date_diff_days('moves.happened_on', as_of()) }} < 2 * parameters.period_days
    group by moves.customer_id, {{ date_diff_days('moves.happened_on', as_of()) }} < parameters.period_days

),

before as (

    select
        ledger.customer_id,
        ledger.rfm_segment
    from {{ ref('rfm_ledger') }} as ledger
    cross join parameters
    where
        {{ date_diff_days('ledger.valid_from', as_of()) }} >= parameters.period_days
        and coalesce({{ date_diff_days('ledger.valid_to', as_of()) }} < parameters.period_days, true)

)

select
    'customer_group' as group_kind,
    coalesce(before.rfm_segment, 'new') as group_name,
    sold.is_recent,
    cast(sum(sold.net_base) as decimal(18, 4)) as net_base,
    cast(sum(case when sold.is_recent then money.contribution_base end) as decimal(18, 4)) as contribution_base
from sold
left join before on sold.customer_id = before.customer_id
left join {{ ref('customer_contribution') }} as money
    on
        sold.customer_id = money.customer_id
        and money.span = 'last_period'
group by coalesce(before.rfm_segment, 'new'), sold.is_recent
