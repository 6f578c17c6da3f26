-- Unguarded points that share a value are one cluster, so a value has one customer.
select
    evidence.kind,
    evidence.value,
    min(clusters.customer_id) as customer_id
from {{ ref('identity_evidence') }} as evidence
inner join {{ ref('identity_persons') }} as clusters on evidence.point_no = clusters.point_no
where
    not evidence.is_guarded
    and clusters.customer_id is not null
group by evidence.kind, evidence.value
