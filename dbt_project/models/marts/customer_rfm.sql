-- A score is one plus the fifth in which the share of strictly worse customers lies: equal values get equal scores.
with

customers as (

    select
        customer_id,
        {{ date_diff_days('last_purchase_on', as_of()) }} as r_days,
        purchase_count as f_count,
        net_base as m_total,
        gross_base as m_gross,
        first_purchase_on,
        last_purchase_on
    from {{ ref('int_customers__orders_summed') }}
    where purchase_count > 0

),

ranked as (

    select
        *,
        count(*) over () as customer_count,
        rank() over (order by r_days desc) - 1 as r_worse,
        rank() over (order by f_count) - 1 as f_worse,
        rank() over (order by m_total) - 1 as m_worse
    from customers

),

means as (

    select
        avg(r_days) as r_mean,
        avg(f_count) as f_mean,
        avg(m_total) as m_mean
    from customers

),

scored as (

    select
        ranked.*,
        1 + (5 * ranked.r_worse) // nullif(ranked.customer_count, 0) as r_score,
        1 + (5 * ranked.f_worse) // nullif(ranked.customer_count, 0) as f_score,
        1 + (5 * ranked.m_worse) // nullif(ranked.customer_count, 0) as m_score,
        ranked.r_days < means.r_mean as is_r_high,
        ranked.f_count > means.f_mean as is_f_high,
        ranked.m_total > means.m_mean as is_m_high
    from ranked
    cross join means

)

select
    customer_id,
    {{ as_of() }} as as_of_date,
    r_days,
    f_count,
    m_total,
    cast(m_total / nullif(f_count, 0) as decimal(18, 4)) as m_avg,
    m_gross,
    first_purchase_on,
    last_purchase_on,
    cast(r_score as integer) as r_score,
    cast(f_score as integer) as f_score,
    cast(m_score as integer) as m_score,
    is_r_high,
    is_f_high,
    is_m_high,
    case when is_m_high then 'important_' else 'general_' end
    || case
        when is_r_high and is_f_high then 'value'
        when is_f_high then 'keep'
        when is_r_high then 'develop'
        else 'winback'
    end as rfm_segment,
    case
        when is_r_high and is_f_high and is_m_high then 'high_value'
        when not is_r_high and is_f_high and m_score >= 2 then 'important_winback'
        when is_r_high and not is_f_high and not is_m_high then 'new'
        when not is_r_high and not is_f_high and not is_m_high then 'low_value'
        else 'other'
    end as class_four
from scored
