-- On the list is whose silence is long in days and long against the customer's own rhythm (S106).
with

customers as (

    select
        *,
        {{ date_diff_days('first_purchase_on', 'last_purchase_on') }} / nullif(f_count - 1.0, 0) as mean_gap_days
    from {{ ref('customer_rfm') }}

)

select
    customers.customer_id,
    {{ as_of() }} as as_of_date,
    customers.rfm_segment,
    triggers.priority as recall_priority,
    customers.r_days,
    customers.f_count,
    customers.m_total,
    cast(customers.mean_gap_days as decimal(18, 4)) as mean_gap_days,
    case when customers.mean_gap_days is null then 'days' else 'rhythm' end as triggered_by,
    triggers.trigger_en,
    triggers.trigger_zh,
    coalesce(attributes.may_email or attributes.may_sms or attributes.may_phone or attributes.may_post, false) as is_reachable,
    cast(row_number() over (
        order by triggers.priority asc, customers.m_total desc, customers.customer_id asc
    ) as bigint) as recall_rank
from customers
inner join {{ ref('rfm_recall_triggers') }} as triggers on customers.rfm_segment = triggers.segment
left join {{ ref('int_customers__attributes') }} as attributes on customers.customer_id = attributes.customer_id
where
    customers.r_days >= triggers.min_r_days
    and coalesce(customers.r_days >= triggers.gap_multiple * customers.mean_gap_days, true)
