-- The one with whom the bound is reached still belongs to the better class. Who has no positive sales adds nothing and is C.
with

parameters as (

    {{ value_parameters(['abc_a_upto', 'abc_b_upto', 'period_days']) }}

),

sold as (

    select
        'customer' as entity_kind, customer_id as entity_id, net_base
    from {{ ref('customer_contribution') }}
    where
        span = {{ setting('value_span', ['all_time', 'last_period']) }}
        and (customer_id is null or purchase_count > 0 or net_base <> 0)
    union all
    select
        'product', days.product_id, sum(days.net_base)
    from {{ ref('int_value__product_days') }} as days
    cross join parameters
    where
        {{ setting('value_span', ['all_time', 'last_period']) }} = 'all_time'
        or {{ date_diff_days('days.sold_on', as_of()) }} < parameters.period_days
    group by days.product_id

),

ranked as (

    select
        *,
        row_number() over (partition by entity_kind, entity_id is null order by net_base desc, entity_id asc) as sales_rank,
        sum(greatest(net_base, 0)) over (
            partition by entity_kind, entity_id is null order by net_base desc, entity_id asc
            rows between unbounded preceding and current row
        ) as cumulative_base,
        sum(greatest(net_base, 0)) over (partition by entity_kind, entity_id is null) as total_base
    from sold

)

select
    ranked.entity_kind,
    ranked.entity_id,
    {{ as_of() }} as as_of_date,
    cast(ranked.net_base as decimal(18, 4)) as net_base,
    case when ranked.entity_id is not null then ranked.sales_rank end as sales_rank,
    cast(case when ranked.entity_id is not null then ranked.cumulative_base / nullif(ranked.total_base, 0) end as decimal(9, 6))
        as cumulative_share,
    case
        when ranked.entity_id is null then 'unlinked'
        when ranked.net_base <= 0 then 'C'
        when ranked.cumulative_base - ranked.net_base < parameters.abc_a_upto * ranked.total_base then 'A'
        when ranked.cumulative_base - ranked.net_base < parameters.abc_b_upto * ranked.total_base then 'B'
        else 'C'
    end as abc_class
from ranked
cross join parameters
