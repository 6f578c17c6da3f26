-- The clusters that a ruling touches, and those that people tie to them.
with recursive

clusters as (

    select point_no, cluster_no from {{ ref('identity_clusters') }}

),

rulings as (

    select
        rulings.action,
        rulings.point_a,
        rulings.point_b,
        a.cluster_no as cluster_a,
        b.cluster_no as cluster_b
    from {{ ref('identity_override_points') }} as rulings
    inner join clusters as a on rulings.point_a = a.point_no
    left join clusters as b on rulings.point_b = b.point_no
    where rulings.status = 'applied'

),

cuts as (

    select cluster_a as cluster_no from rulings where action in ('forbid', 'split')
    union
    select cluster_b as cluster_no from rulings where action in ('forbid', 'split') and cluster_b is not null

),

loners as (

    select distinct point_a from rulings where action = 'split' and point_b is null

),

cluster_ties as (

    select cluster_a as from_no, cluster_b as to_no from rulings where action in ('merge', 'confirm')
    union
    select cluster_b as from_no, cluster_a as to_no from rulings where action in ('merge', 'confirm')
    union
    select cluster_no as from_no, cluster_no as to_no from cuts

),

{{ connected_components('joints', 'cluster_ties') }}

-- A cluster that no ruling cuts moves as a whole: its smallest point stands for it.
select
    clusters.point_no,
    joints.cluster_no as joint_no,
    case when cuts.cluster_no is null then clusters.cluster_no else clusters.point_no end as node_no,
    loners.point_a is not null as is_loner
from clusters
inner join joints on clusters.cluster_no = joints.point_no
left join cuts on clusters.cluster_no = cuts.cluster_no
left join loners on clusters.point_no = loners.point_a
