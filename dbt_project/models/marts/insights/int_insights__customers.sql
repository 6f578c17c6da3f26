-- Valued is who stands above the mean of M (customer_rfm). What was lost in a quarter is compared with the same quarter a year before.
with

stays as (

    select
        lifecycle.*,
        rfm.m_avg,
        lead(lifecycle.state) over (partition by lifecycle.customer_id order by lifecycle.interval_no) as next_state
    from {{ ref('customer_lifecycle') }} as lifecycle
    inner join {{ ref('customer_rfm') }} as rfm on lifecycle.customer_id = rfm.customer_id and rfm.is_m_high

),

quarters as (

    select 'now' as quarter, {{ insight('valued_losses', 'window_days') }} as until_days, 0 as from_days
    union all
    select 'before', {{ insight('valued_losses', 'window_days') }} + 365, 365

),

-- Who was a customer when the quarter began, and whether lost by its end.
at_risk as (

    select
        quarters.quarter,
        stays.customer_id,
        max(case
            when
                stays.state = 'lost'
                and {{ date_diff_days('stays.valid_from', as_of()) }} between quarters.from_days and quarters.until_days - 1 then 1
            else 0
        end) as is_lost
    from stays
    cross join quarters
    group by quarters.quarter, stays.customer_id
    having
        count(*) filter (
            where stays.state in ('first', 'repeat', 'recovered', 'dormant', 'dormant_once')
            and {{ date_diff_days('stays.valid_from', as_of()) }} >= quarters.until_days
            and (stays.valid_to is null or {{ date_diff_days('stays.valid_to', as_of()) }} < quarters.until_days)
        ) > 0

),

losses as (

    select
        sum(case when at_risk.quarter = 'now' then at_risk.is_lost end) as lost_count,
        count(*) filter (where at_risk.quarter = 'now') as risk_count,
        avg(case when at_risk.quarter = 'now' then 1.0 * at_risk.is_lost end) as lost_share,
        avg(case when at_risk.quarter = 'before' then 1.0 * at_risk.is_lost end) as before_share,
        sum(case when at_risk.quarter = 'now' and at_risk.is_lost = 1 then cases.sales_12m_base end) as sales_base
    from at_risk
    left join {{ ref('churn_cases') }} as cases on at_risk.customer_id = cases.customer_id and cases.is_lost_now

),

dormant as (

    select
        count(*) filter (where next_state is not null) as spell_count,
        count(*) filter (where next_state <> 'lost') as back_count
    from stays
    where state in ('dormant', 'dormant_once')

),

reachable as (

    select
        count(*) as customer_count,
        sum(stays.m_avg) as purchase_base
    from stays
    inner join {{ ref('dim_customers') }} as people on stays.customer_id = people.customer_id
    where
        stays.is_current and stays.state in ('dormant', 'dormant_once')
        and (people.may_email or people.may_sms or people.may_phone or people.may_post)

),

complaints as (

    select
        tickets.customer_id,
        max(people.net_base) as net_base,
        count(contacts.contact_id) as contact_count
    from {{ ref('fct_tickets') }} as tickets
    inner join {{ ref('dim_customers') }} as people on tickets.customer_id = people.customer_id and people.order_count > 0
    left join {{ ref('fct_contacts') }} as contacts
        on tickets.customer_id = contacts.customer_id and contacts.direction = 'outbound' and tickets.opened_at <= contacts.started_at
    where
        tickets.ticket_kind = 'complaint'
        and {{ date_diff_days('tickets.opened_on', as_of()) }} < {{ insight('silent_complaints', 'window_days') }}
    group by tickets.customer_id

)

select
    'valued_losses' as rule, 'valued' as subject, 'valued customers' as subject_en, '高价值客户' as subject_zh,
    cast(lost_count as bigint) as hit_count, cast(risk_count as bigint) as base_count, cast(lost_count as bigint) as item_count,
    cast(null as varchar) as detail, cast(lost_share as double) as observed_share, cast(before_share as double) as expected_share,
    cast(sales_base * (1 - before_share / nullif(lost_share, 0)) as decimal(18, 2)) as size_base
from losses
union all
select
    'win_back', 'dormant', 'dormant customers', '休眠客户', dormant.back_count, dormant.spell_count, reachable.customer_count, null,
    cast(1.0 * dormant.back_count / nullif(dormant.spell_count, 0) as double), null,
    cast(reachable.purchase_base * {{ share_bound('dormant.back_count', 'dormant.spell_count', insight('win_back', 'z'), '-') }} as decimal(18, 2))
from dormant
cross join reachable
where reachable.customer_count > 0
union all
select
    'silent_complaints', 'complaints', 'complaints', '投诉', count(*) filter (where contact_count = 0), count(*),
    count(*) filter (where contact_count = 0), null, cast(1.0 * count(*) filter (where contact_count = 0) / nullif(count(*), 0) as double),
    {{ insight('silent_complaints', 'threshold') }},
    cast(sum(case when contact_count = 0 then net_base end) * {{ insight('silent_complaints', 'money_share') }} as decimal(18, 2))
from complaints
