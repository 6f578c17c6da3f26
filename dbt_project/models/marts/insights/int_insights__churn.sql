-- The strongest signal of each reason that stands before losses more often than before purchases that another one followed;
-- and complaints since which nobody got in touch.
with

signals as (

    select
        *,
        row_number() over (partition by reason order by lift_low desc, signal asc) as signal_rank
    from {{ ref('churn_signal_lift') }}
    where lift_low > 1

),

labels as (

    select
        reason,
        max(name_en) as name_en,
        max(name_zh) as name_zh
    from {{ ref('churn_reason_rules') }}
    group by reason

),

lost as (

    select
        evidence.reason,
        evidence.signal,
        count(distinct evidence.customer_id) as customer_count,
        sum(cases.sales_12m_base) as sales_base
    from {{ ref('churn_evidence') }} as evidence
    inner join {{ ref('churn_cases') }} as cases on evidence.customer_id = cases.customer_id and evidence.lost_on = cases.lost_on
    where
        evidence.evidence_count > 0
        and {{ date_diff_days('cases.lost_on', as_of()) }} < {{ insight('churn_cause', 'window_days') }}
    group by evidence.reason, evidence.signal

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
    'churn_cause' as rule,
    signals.reason as subject,
    labels.name_en as subject_en,
    labels.name_zh as subject_zh,
    signals.lost_sign_count as hit_count,
    signals.lost_base_count as base_count,
    lost.customer_count as item_count,
    signals.signal as detail,
    signals.lost_share as observed_share,
    signals.stayed_share as expected_share,
    cast(lost.sales_base * (1 - 1 / signals.lift) as decimal(18, 2)) as size_base
from signals
inner join labels on signals.reason = labels.reason
inner join lost on signals.reason = lost.reason and signals.signal = lost.signal
where signals.signal_rank = 1
union all
select
    'silent_complaints', 'complaints', 'complaints', '投诉', count(*) filter (where contact_count = 0), count(*),
    count(*) filter (where contact_count = 0), null, cast(1.0 * count(*) filter (where contact_count = 0) / nullif(count(*), 0) as double),
    {{ insight('silent_complaints', 'threshold') }},
    cast(sum(case when contact_count = 0 then net_base end) * {{ insight('silent_complaints', 'money_share') }} as decimal(18, 2))
from complaints
