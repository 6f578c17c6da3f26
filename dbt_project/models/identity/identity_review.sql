-- What people should look at: unions that were refused, in themselves or by what their ends already belong to, and doubts.
with

edges as (

    select * from {{ ref('identity_edges') }}

),

clusters as (

    select * from {{ ref('identity_clusters') }}

)

select
    edges.point_a,
    edges.point_b,
    a.point_id as point_id_a,
    b.point_id as point_id_b,
    a.customer_id as customer_id_a,
    b.customer_id as customer_id_b,
    edges.source,
    edges.rule,
    edges.kind,
    edges.value,
    edges.weight,
    case when edges.status = 'review' then 'grey zone' else 'refused' end as outcome,
    coalesce(edges.reason, 'its ends belong to records that contradict each other') as reason
from edges
inner join clusters as a on edges.point_a = a.point_no
inner join clusters as b on edges.point_b = b.point_no
where a.cluster_no <> b.cluster_no
