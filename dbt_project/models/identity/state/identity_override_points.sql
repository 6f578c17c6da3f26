with

overrides as (

    select * from {{ ref('stg_identity__overrides') }}

),

named as (

    select ref_a as record_ref from overrides
    union
    select ref_b as record_ref from overrides

),

places as (

    select
        records.stream,
        records.system,
        records.record_ref,
        points.point_no
    from {{ ref('identity_records') }} as records
    inner join {{ ref('identity_points') }} as points on records.point_id = points.point_id
    where records.record_ref in (select named.record_ref from named)

),

placed as (

    select
        overrides.*,
        a.point_no as point_a,
        b.point_no as point_b
    from overrides
    left join places as a
        on overrides.stream_a = a.stream and overrides.system_a = a.system and overrides.ref_a = a.record_ref
    left join places as b
        on overrides.stream_b = b.stream and overrides.system_b = b.system and overrides.ref_b = b.record_ref

)

select
    line_no,
    action,
    point_a,
    point_b,
    stream_a || ':' || system_a || ':' || ref_a as record_a,
    stream_b || ':' || system_b || ':' || ref_b as record_b,
    decided_by,
    decided_on,
    reason,
    case
        when point_a is null or (ref_b is not null and point_b is null) then 'pending'
        when action in ('forbid', 'split') and point_a = point_b then 'one_contact_point'
        else 'applied'
    end as status
from placed
