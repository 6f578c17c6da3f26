-- Components without contradiction stand as they are; the others grow anew, strongest edge first, refusing what contradicts.
with recursive

components as (

    select * from {{ ref('identity_components') }}

),

apart as (

    select * from {{ ref('identity_contradictions') }}

),

holdings as (

    select * from {{ ref('identity_holdings') }}

),

disputed as (

    select component_no from apart
    union
    select component_no from holdings

),

disputed_points as (

    select components.point_no
    from components
    inner join disputed on components.component_no = disputed.component_no

),

-- Among equal weights the order is by hash, so that a long chain halves in each round.
disputed_edges as (

    select
        edges.point_a,
        edges.point_b,
        row_number() over (
            order by
                edges.weight desc,
                md5(cast(edges.point_a as varchar) || '|' || cast(edges.point_b as varchar)) asc,
                edges.point_a asc,
                edges.point_b asc
        ) as place
    from {{ ref('identity_edges') }} as edges
    inner join disputed_points on edges.point_a = disputed_points.point_no
    where edges.status = 'accepted'

),

{{ grown_clusters('grown', 'disputed_points', 'disputed_edges', 'apart', 'holdings') }},

clustered as (

    select
        points.point_no,
        points.point_id,
        points.stream,
        coalesce(grown.cluster_no, components.component_no) as cluster_no
    from {{ ref('identity_points') }} as points
    inner join components on points.point_no = components.point_no
    left join grown on points.point_no = grown.point_no

),

-- An account, lead or profile is a person by itself; a guest order or a visitor only by an identifier that holds; who only
-- wrote to the service is nobody's customer yet.
persons as (

    select distinct clustered.cluster_no
    from clustered
    where
        clustered.stream in ('customers', 'leads', 'profiles')
        or clustered.stream <> 'statements' and clustered.point_no in (
            select evidence.point_no
            from {{ ref('identity_evidence') }} as evidence
            where
                not evidence.is_guarded
                and evidence.kind <> 'visitor'
        )

)

select
    clustered.point_id,
    clustered.point_no,
    clustered.cluster_no,
    case when persons.cluster_no is not null then 'c_' || substr(md5(smallest.point_id), 1, 16) end as customer_id
from clustered
left join persons on clustered.cluster_no = persons.cluster_no
left join clustered as smallest on clustered.cluster_no = smallest.point_no
