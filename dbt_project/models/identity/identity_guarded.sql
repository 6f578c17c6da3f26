-- What the guards dropped, so that a limit set too tight is seen.
select
    kind,
    guard_reason,
    count(*) as evidence_count,
    count(distinct value) as value_count,
    count(distinct point_no) as point_count
from {{ ref('identity_evidence') }}
where
    is_guarded
    and kind in (select kinds.kind from {{ ref('identity_kinds') }} as kinds where kinds.is_identifier)
group by kind, guard_reason
