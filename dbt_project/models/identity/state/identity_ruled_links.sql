-- What ties points together where people ruled: their own ties first (tier 0), then the evidence inside clusters that a
-- ruling takes apart (tier 1). Points of one value are all tied to each other, so that none falls off with a hub.
with

rulings as (

    select action, point_a, point_b from {{ ref('identity_override_points') }} where status = 'applied'

),

nodes as (

    select * from {{ ref('identity_ruled_nodes') }}

),

evidence as (

    select edges.point_a, edges.point_b, edges.rule, edges.kind, edges.value, edges.weight
    from {{ ref('identity_edges') }} as edges
    inner join nodes as a on edges.point_a = a.point_no
    inner join nodes as b on edges.point_b = b.point_no and a.joint_no = b.joint_no
    where edges.status = 'accepted'

),

holders as (

    select point_a as point_no, rule, kind, value, weight from evidence where value is not null
    union
    select point_b as point_no, rule, kind, value, weight from evidence where value is not null

),

links as (

    select point_a, point_b, 0 as tier, 0 as weight from rulings where action in ('merge', 'confirm')
    union all
    select point_a, point_b, 1, weight from evidence where value is null
    union all
    select a.point_no as point_a, b.point_no as point_b, 1 as tier, least(a.weight, b.weight) as weight
    from holders as a
    inner join holders as b on a.rule = b.rule and a.kind = b.kind and a.value = b.value and a.point_no < b.point_no
    union all
    select point_a, point_b, 2, 0 from rulings where action in ('forbid', 'split') and point_b is not null

)

select
    a.joint_no,
    a.node_no as node_a,
    b.node_no as node_b,
    min(links.tier) as tier,
    max(links.weight) as weight
from links
inner join nodes as a on links.point_a = a.point_no
inner join nodes as b on links.point_b = b.point_no
where links.tier <> 1 or not (a.is_loner or b.is_loner)
group by a.joint_no, a.node_no, b.node_no, links.tier = 2
