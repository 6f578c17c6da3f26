-- The state of every customer at the end of every complete month, from the facts alone. What leaves the window is taken off
-- again on the day it leaves, so that a running sum serves any window.
with

daily as (

    select * from {{ ref('int_rfm__daily') }}

),

changes as (

    select
        customer_id, happened_on as changed_on, purchase_count, f_count, net_base,
        case when is_recency then happened_on end as recent_on,
        case when purchase_count > 0 then happened_on end as purchased_on
    from daily
    union all
    select
        customer_id, cast(happened_on + {{ rfm_window_days() }} as date), -purchase_count, -f_count, -net_base, null, null
    from daily
    where happened_on + {{ rfm_window_days() }} <= {{ as_of() }}

),

changed_months as (

    select
        customer_id,
        cast(date_trunc('month', changed_on) + interval '1 month' - interval '1 day' as date) as month_end_on,
        sum(purchase_count) as purchase_count,
        sum(f_count) as f_count,
        sum(net_base) as net_base,
        max(recent_on) as recent_on,
        min(purchased_on) as purchased_on
    from changes
    group by customer_id, month_end_on

),

running as (

    select
        customer_id,
        month_end_on as since_on,
        lead(month_end_on) over customer as until_on,
        sum(purchase_count) over customer as purchase_count,
        sum(f_count) over customer as f_count,
        sum(net_base) over customer as m_total,
        max(recent_on) over customer as recent_on,
        min(purchased_on) over customer as first_purchase_on
    from changed_months
    window customer as (partition by customer_id order by month_end_on)

),

month_ends as (

    select date_on as month_end_on
    from {{ ref('dim_dates') }}
    where date_on = cast(month_on + interval '1 month' - interval '1 day' as date)

),

states as (

    select
        month_ends.month_end_on,
        running.customer_id,
        running.purchase_count > 0 as is_in_window,
        {{ date_diff_days('running.recent_on', 'month_ends.month_end_on') }} as r_days,
        running.f_count,
        running.m_total,
        case {{ setting('rfm_money_basis', ['total', 'average']) }}
            when 'total' then running.m_total else running.m_total / nullif(running.purchase_count, 0)
        end as m_value
    from running
    inner join month_ends
        on
            running.since_on <= month_ends.month_end_on
            and coalesce(running.until_on > month_ends.month_end_on, true)
    where running.first_purchase_on is not null

),

means as (

    select
        month_end_on,
        avg(r_days) as r_mean,
        avg(f_count) as f_mean,
        avg(m_value) as m_mean
    from states
    where is_in_window
    group by month_end_on

)

select
    states.month_end_on,
    states.customer_id,
    states.r_days,
    cast(states.f_count as bigint) as f_count,
    cast(states.m_total as decimal(18, 4)) as m_total,
    case
        when not states.is_in_window then 'outside_window'
        else {{ rfm_octant('states.r_days < means.r_mean', 'states.f_count > means.f_mean', 'states.m_value > means.m_mean') }}
    end as rfm_segment
from states
left join means on states.month_end_on = means.month_end_on
