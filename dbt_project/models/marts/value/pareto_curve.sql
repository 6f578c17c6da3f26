with

buyers as (

    select
        customer_id, net_base, contribution_base
    from {{ ref('customer_contribution') }}
    where
        span = {{ setting('value_span', ['all_time', 'last_period']) }}
        and customer_id is not null
        and purchase_count > 0

),

ranked as (

    select
        'net_sales' as basis, net_base as amount_base,
        row_number() over (order by net_base desc, customer_id asc) as rank_no, count(*) over () as customer_count
    from buyers
    union all
    select
        'contribution', contribution_base,
        row_number() over (order by contribution_base desc, customer_id asc), count(*) over ()
    from buyers

),

percents as (

    select
        basis,
        cast(ceil(100.0 * rank_no / customer_count) as integer) as customer_percent,
        count(*) as customer_count,
        sum(amount_base) as amount_base
    from ranked
    group by basis, cast(ceil(100.0 * rank_no / customer_count) as integer)

)

select
    basis,
    customer_percent,
    {{ as_of() }} as as_of_date,
    customer_count,
    cast(amount_base as decimal(18, 4)) as amount_base,
    cast(sum(customer_count) over upto as bigint) as cumulative_count,
    cast(sum(amount_base) over upto as decimal(18, 4)) as cumulative_base,
    cast(sum(amount_base) over upto / nullif(sum(amount_base) over (partition by basis), 0) as decimal(18, 6)) as cumulative_share
from percents
window upto as (partition by basis order by customer_percent)
