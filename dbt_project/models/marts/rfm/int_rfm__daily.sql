-- What RFM counts, by day, so that the state at any day is a sum up to it. Money is net: a return counts on its own day.
with

happened as (

    select
        customer_id,
        ordered_on as happened_on,
        case when positive_line_count > 0 and not is_cancelled then 1 else 0 end as purchase_count,
        0 as interaction_count,
        case when positive_line_count > 0 and not is_cancelled then gross_base else 0 end as gross_base,
        sales_base as net_base
    from {{ ref('fct_orders') }}
    where customer_id is not null
    union all
    select
        customer_id, returned_on, 0, 0, 0, -coalesce(deducted_base, 0)
    from {{ ref('fct_returns') }}
    where customer_id is not null
    union all
    select
        customer_id, happened_on, 0, 1, 0, 0
    from {{ ref('customer_interactions') }}
    where
        {{ setting('rfm_frequency_basis', ['orders', 'days', 'interactions']) }} = 'interactions'
        or {{ setting('rfm_recency_basis', ['purchase', 'interaction']) }} = 'interaction'

),

daily as (

    select
        customer_id,
        happened_on,
        sum(purchase_count) as purchase_count,
        sum(interaction_count) as interaction_count,
        sum(gross_base) as gross_base,
        sum(net_base) as net_base
    from happened
    group by customer_id, happened_on

)

select
    customer_id,
    happened_on,
    cast(purchase_count as bigint) as purchase_count,
    cast(case {{ setting('rfm_frequency_basis', ['orders', 'days', 'interactions']) }}
        when 'orders' then purchase_count
        when 'days' then least(purchase_count, 1)
        else interaction_count
    end as bigint) as f_count,
    purchase_count > 0
    or ({{ setting('rfm_recency_basis', ['purchase', 'interaction']) }} = 'interaction' and interaction_count > 0)
        as is_recency,
    cast(gross_base as decimal(18, 4)) as gross_base,
    cast(net_base as decimal(18, 4)) as net_base
from daily
