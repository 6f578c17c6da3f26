-- Lost or not, a person is looked at over the same days around the last purchase.
select
    cases.customer_id,
    cases.last_purchase_on,
    rules.reason,
    rules.signal,
    max(cases.lost_on) as lost_on,
    cases.is_lost,
    count(*) as shown_count,
    count(*) filter (where signals.strength >= rules.threshold) as evidence_count,
    max(signals.strength) as greatest_strength,
    max(case when signals.strength >= rules.threshold then signals.shown_on end) as last_evidence_on
from {{ ref('churn_cases') }} as cases
inner join {{ ref('int_customers__churn_signals') }} as signals on cases.customer_id = signals.customer_id
inner join {{ ref('churn_reason_rules') }} as rules on signals.signal = rules.signal
where
    {{ date_diff_days('signals.shown_on', 'cases.last_purchase_on') }} between -rules.after_days and rules.lookback_days
    and (signals.shown_on < cases.lost_on or cases.lost_on is null)
group by cases.customer_id, cases.last_purchase_on, cases.is_lost, rules.reason, rules.signal
