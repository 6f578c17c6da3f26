-- A value that the guards let through and that yet two persons hold says of nobody who it is.
with

-- Facts are looked up by what they state, so a number that was completed by its country is known without it, too.
held as (

    select point_no, kind, value
    from {{ ref('identity_evidence') }}
    where not is_guarded

    union

    select evidence.point_no, evidence.kind, points.phone_norm as value
    from {{ ref('identity_evidence') }} as evidence
    inner join {{ ref('identity_points') }} as points on evidence.point_no = points.point_no
    where evidence.kind = 'phone' and not evidence.is_guarded

)

select
    held.kind,
    held.value,
    min(persons.customer_id) as customer_id
from held
inner join {{ ref('identity_persons') }} as persons on held.point_no = persons.point_no
inner join {{ ref('identity_kinds') }} as kinds on held.kind = kinds.kind
where
    kinds.is_identifier
    -- What a link says does not move the account itself.
    and (held.kind <> 'account' or persons.point_id = 'customers:' || held.value)
    and persons.customer_id is not null
group by held.kind, held.value
having count(distinct persons.customer_id) = 1
