-- What rules connect without contradiction: one person for certain, before any score. Each bond can be compared as one record.
with recursive

accepted as (

    select point_a, point_b from {{ ref('identity_edges__by_rule') }} where conflict is null

),

edges as (

    select point_a as from_no, point_b as to_no from accepted
    union all
    select point_b as from_no, point_a as to_no from accepted

),

{{ connected_components('reached', 'edges') }},

members as (

    select
        reached.point_no,
        reached.cluster_no,
        count(*) over (partition by reached.cluster_no) as record_count
    from reached
    inner join {{ ref('identity_traits') }} as described on reached.point_no = described.point_no

),

pairs as (

    select
        one.cluster_no as component_no,
        one.point_no as point_a,
        other.point_no as point_b
    from members as one
    inner join members as other on one.cluster_no = other.cluster_no and one.point_no < other.point_no
    where one.record_count <= {{ var('identity_component_limit') }}

),

{{ contradictions('pairs', ref('identity_edges__by_rule')) }},

disputed as (

    select component_no from contradictions
    union
    select cluster_no from members where record_count > {{ var('identity_component_limit') }}

)

select
    reached.point_no,
    reached.cluster_no as bond_no
from reached
left join disputed on reached.cluster_no = disputed.component_no
where disputed.component_no is null
