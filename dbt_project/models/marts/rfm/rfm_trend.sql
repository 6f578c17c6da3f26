-- Three months are compared with the three before, so that one strong week makes no trend.
with

counted as (

    select
        month_end_on,
        count(*) as customer_count,
        count(*) filter (where r_days < {{ var('rfm_recent_days') }}) as recent_count,
        avg(r_days) as mean_r_days
    from {{ ref('int_rfm__monthly') }}
    group by month_end_on

),

compared as (

    select
        *,
        lag(recent_count) over (order by month_end_on) as previous_count,
        count(*) over six as month_count,
        sum(recent_count) over three as last_three,
        sum(recent_count) over six as last_six
    from counted
    window
        three as (order by month_end_on rows between 2 preceding and current row),
        six as (order by month_end_on rows between 5 preceding and current row)

)

select
    month_end_on,
    customer_count,
    recent_count,
    cast(1.0 * recent_count / nullif(customer_count, 0) as decimal(9, 6)) as recent_share,
    cast(mean_r_days as decimal(18, 4)) as mean_r_days,
    recent_count - previous_count as recent_change,
    case
        when month_count < 6 then null
        when 2 * last_three > last_six then 'growing'
        when 2 * last_three < last_six then 'warning'
        else 'steady'
    end as trend
from compared
