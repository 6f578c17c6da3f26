-- A value that the guards let through and that yet two persons hold says of nobody who it is.
with

known as (

    select point_no, kind, value
    from {{ ref('identity_evidence') }}
    where not is_guarded

),

-- Facts are looked up by what they state, so a number that was completed by its country is known without it, too.
stated as (

    select distinct known.value, points.phone_norm
    from known
    inner join {{ ref('identity_points') }} as points on known.point_no = points.point_no
    where known.kind = 'phone' and known.value <> points.phone_norm

),

held as (

    select point_no, kind, value from known
    union
    select known.point_no, known.kind, stated.phone_norm as value
    from known
    inner join stated on known.value = stated.value
    where known.kind = 'phone'

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
