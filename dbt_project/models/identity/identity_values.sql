-- A value that the guards let through and that yet two persons hold says of nobody who it is.
select
    evidence.kind,
    evidence.value,
    min(persons.customer_id) as customer_id
from {{ ref('identity_evidence') }} as evidence
inner join {{ ref('identity_persons') }} as persons on evidence.point_no = persons.point_no
inner join {{ ref('identity_kinds') }} as kinds on evidence.kind = kinds.kind
where
    kinds.is_identifier
    -- What a link says does not move the account itself.
    and (evidence.kind <> 'account' or persons.point_id = 'customers:' || evidence.value)
    and not evidence.is_guarded
    and persons.customer_id is not null
group by evidence.kind, evidence.value
having count(distinct persons.customer_id) = 1
