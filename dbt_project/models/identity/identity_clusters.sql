-- Connected components of the graph contact point - identifier: every point takes the smallest number it can reach.
with recursive

evidence as (

    select point_no, kind, value from {{ ref('identity_evidence') }} where not is_guarded

),

-- One star per value: its points meet in the smallest of them.
hubs as (

    select kind, value, min(point_no) as hub_no
    from evidence
    group by kind, value
    having count(*) > 1

),

spokes as (

    select distinct evidence.point_no, hubs.hub_no
    from evidence
    inner join hubs on evidence.kind = hubs.kind and evidence.value = hubs.value
    where evidence.point_no <> hubs.hub_no

),

edges as (

    select point_no as from_no, hub_no as to_no from spokes
    union all
    select hub_no as from_no, point_no as to_no from spokes

),

{{ connected_components('reached', 'edges') }},

clustered as (

    select
        points.point_no,
        points.point_id,
        points.stream,
        coalesce(reached.cluster_no, points.point_no) as cluster_no
    from {{ ref('identity_points') }} as points
    left join reached on points.point_no = reached.point_no

),

-- An account, lead or profile is a person by itself; a guest order or a visitor only by an identifier that holds.
persons as (

    select distinct cluster_no
    from clustered
    where
        stream in ('customers', 'leads', 'profiles')
        or clustered.point_no in (select evidence.point_no from evidence where evidence.kind <> 'visitor')

)

select
    clustered.point_id,
    clustered.point_no,
    clustered.cluster_no,
    case when persons.cluster_no is not null then 'c_' || substr(md5(smallest.point_id), 1, 16) end as customer_id
from clustered
left join persons on clustered.cluster_no = persons.cluster_no
left join clustered as smallest on clustered.cluster_no = smallest.point_no
