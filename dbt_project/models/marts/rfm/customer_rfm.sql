-- Scores are tie-safe: equal values get equal scores. What scores as money (total or average) is a variable.
with

summed as (

    select
        customer_id,
        max(case when is_recency then happened_on end) as recent_on,
        sum(f_count) as f_count,
        sum(purchase_count) as purchase_count,
        sum(net_base) as m_total,
        sum(gross_base) as m_gross
    from {{ ref('int_rfm__daily') }}
    where coalesce({{ date_diff_days('happened_on', as_of()) }} < {{ rfm_window_days() }}, true)
    group by customer_id

),

purchases as (

    select
        customer_id,
        min(happened_on) as first_purchase_on,
        max(happened_on) as last_purchase_on
    from {{ ref('int_rfm__daily') }}
    where purchase_count > 0
    group by customer_id

),

customers as (

    select
        summed.customer_id,
        {{ date_diff_days('summed.recent_on', as_of()) }} as r_days,
        cast(summed.f_count as bigint) as f_count,
        cast(summed.m_total as decimal(18, 4)) as m_total,
        cast(summed.m_total / nullif(summed.purchase_count, 0) as decimal(18, 4)) as m_avg,
        cast(summed.m_gross as decimal(18, 4)) as m_gross,
        purchases.first_purchase_on,
        purchases.last_purchase_on
    from summed
    inner join purchases on summed.customer_id = purchases.customer_id
    where summed.purchase_count > 0

),

valued as (

    select
        *,
        case {{ setting('rfm_money_basis', ['total', 'average']) }} when 'total' then m_total else m_avg end as m_value
    from customers

),

means as (

    select
        avg(r_days) as r_mean,
        avg(f_count) as f_mean,
        avg(m_value) as m_mean
    from valued

),

scored as (

    select
        valued.*,
        {{ fifth('valued.r_days desc') }} as r_score,
        {{ fifth('valued.f_count') }} as f_score,
        {{ fifth('valued.m_value') }} as m_score,
        valued.r_days < means.r_mean as is_r_high,
        valued.f_count > means.f_mean as is_f_high,
        valued.m_value > means.m_mean as is_m_high
    from valued
    cross join means

)

select
    customer_id,
    {{ as_of() }} as as_of_date,
    r_days,
    f_count,
    m_total,
    m_avg,
    m_gross,
    first_purchase_on,
    last_purchase_on,
    r_score,
    f_score,
    m_score,
    is_r_high,
    is_f_high,
    is_m_high,
    {{ rfm_octant('is_r_high', 'is_f_high', 'is_m_high') }} as rfm_segment,
    case
        when is_r_high and is_f_high and is_m_high then 'high_value'
        when not is_r_high and is_f_high and m_score >= 2 then 'important_winback'
        when is_r_high and not is_f_high and not is_m_high then 'new'
        when not is_r_high and not is_f_high and not is_m_high then 'low_value'
        else 'other'
    end as class_four
from scored
