-- Everything that accepted unions connect, before contradictions inside are looked for.
with recursive

accepted as (

    select point_a, point_b from {{ ref('identity_edges') }} where status = 'accepted'

),

edges as (

    select point_a as from_no, point_b as to_no from accepted
    union all
    select point_b as from_no, point_a as to_no from accepted

),

{{ connected_components('reached', 'edges') }}

select
    points.point_no,
    coalesce(reached.cluster_no, points.point_no) as component_no
from {{ ref('identity_points') }} as points
left join reached on points.point_no = reached.point_no
