-- Each rule gives its points once, however often its signal came; who shows no signal has the reason unknown.
with

losses as (

    select * from {{ ref('churn_cases') }} where is_lost

),

proven as (

    select
        evidence.*,
        rules.weight,
        row_number() over (
            partition by evidence.customer_id, evidence.last_purchase_on, evidence.reason
            order by rules.weight desc, evidence.signal asc
        ) as place
    from {{ ref('churn_evidence') }} as evidence
    inner join {{ ref('churn_reason_rules') }} as rules on evidence.reason = rules.reason and evidence.signal = rules.signal
    where evidence.is_lost and evidence.evidence_count > 0

),

scored as (

    select
        customer_id,
        last_purchase_on,
        reason,
        sum(weight) as points,
        sum(evidence_count) as evidence_count,
        max(last_evidence_on) as last_evidence_on,
        count(*) as signal_count,
        max(case when place = 1 then signal end) as first_signal
    from proven
    group by customer_id, last_purchase_on, reason

),

labels as (

    select
        reason,
        max(name_en) as name_en,
        max(name_zh) as name_zh,
        max(action) as action
    from {{ ref('churn_reason_rules') }}
    group by reason

)

select
    losses.customer_id,
    losses.lost_on,
    row_number() over (
        partition by losses.customer_id, losses.lost_on
        order by scored.points desc, scored.evidence_count desc, scored.last_evidence_on desc, scored.reason asc
    ) as reason_rank,
    coalesce(scored.reason, 'unknown') as reason,
    coalesce(labels.name_en, 'Unknown') as reason_en,
    coalesce(labels.name_zh, '未知') as reason_zh,
    coalesce(scored.points, 0) as points,
    cast(coalesce(scored.evidence_count, 0) as bigint) as evidence_count,
    coalesce(scored.signal_count, 0) as signal_count,
    scored.first_signal,
    scored.last_evidence_on,
    labels.action,
    losses.last_purchase_on,
    losses.is_lost_now,
    losses.sales_12m_base
from losses
left join scored on losses.customer_id = scored.customer_id and losses.last_purchase_on = scored.last_purchase_on
left join labels on scored.reason = labels.reason
