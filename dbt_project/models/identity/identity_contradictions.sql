-- Pairs of records that one component holds and one person cannot be. A link that the source itself states is no guess.
with

members as (

    select
        traits.point_no,
        components.component_no,
        count(*) over (partition by components.component_no) as record_count
    from {{ ref('identity_components') }} as components
    inner join {{ ref('identity_traits') }} as traits on components.point_no = traits.point_no

),

-- In a component too large to look at every pair, the pairs that were compared have to do; its size cuts it anyway.
pairs as (

    select
        one.component_no,
        one.point_no as point_a,
        other.point_no as point_b
    from members as one
    inner join members as other on one.component_no = other.component_no and one.point_no < other.point_no
    where one.record_count <= {{ var('identity_component_limit') }}

    union all

    select
        one.component_no,
        scores.point_a,
        scores.point_b
    from {{ ref('identity_scores') }} as scores
    inner join members as one on scores.point_a = one.point_no
    inner join members as other on scores.point_b = other.point_no and one.component_no = other.component_no
    where
        scores.conflict is not null
        and one.record_count > {{ var('identity_component_limit') }}

),

{{ contradictions('pairs', ref('identity_edges')) }}

select
    component_no,
    point_a,
    point_b,
    conflict
from contradictions
