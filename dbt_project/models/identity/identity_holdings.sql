-- What each point holds of the kinds that a person holds only so many of, components too crowded marked.
with

held as (

    select
        evidence.point_no,
        evidence.kind,
        evidence.value,
        limits.held_at_most
    from {{ ref('identity_evidence') }} as evidence
    inner join {{ ref('identity_kinds') }} as limits on evidence.kind = limits.kind
    where
        not evidence.is_guarded
        and limits.held_at_most is not null

    union all

    select
        traits.point_no,
        limits.kind,
        cast(traits.point_no as varchar) as value,
        limits.held_at_most
    from {{ ref('identity_traits') }} as traits
    inner join {{ ref('identity_kinds') }} as limits on limits.kind = 'record'

),

placed as (

    select
        held.point_no,
        held.kind,
        held.value,
        held.held_at_most,
        components.component_no
    from held
    inner join {{ ref('identity_components') }} as components on held.point_no = components.point_no

),

crowded as (

    select
        component_no,
        kind
    from placed
    group by component_no, kind, held_at_most
    having count(distinct value) > held_at_most

)

select
    placed.point_no,
    placed.kind,
    placed.value,
    placed.held_at_most,
    placed.component_no
from placed
inner join crowded on placed.component_no = crowded.component_no and placed.kind = crowded.kind
