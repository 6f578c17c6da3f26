-- Points that share a value meet in the smallest of them.
with

evidence as (

    select point_no, kind, value from {{ ref('identity_evidence') }} where not is_guarded

),

hubs as (

    select kind, value, min(point_no) as hub_no
    from evidence
    group by kind, value
    having count(*) > 1

)

select distinct
    hubs.hub_no as point_a,
    evidence.point_no as point_b,
    'rule' as source,
    evidence.kind as rule,
    evidence.kind,
    evidence.value,
    cast(20 as double) as weight,
    'accepted' as status,
    cast(null as varchar) as reason
from evidence
inner join hubs on evidence.kind = hubs.kind and evidence.value = hubs.value
where evidence.point_no <> hubs.hub_no
