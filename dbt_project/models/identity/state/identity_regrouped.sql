-- Kruskal's rule with vetoes: link by link, strongest first, two groups become one unless a veto stands between them.
-- A row of `grouping` is a node with its group, or a veto with the groups of its two nodes; a step relabels both alike.
with recursive

nodes as (

    select * from {{ ref('identity_ruled_nodes') }}

),

links as (

    select
        joint_no,
        node_a,
        node_b,
        row_number() over (partition by joint_no order by tier asc, weight desc, node_a asc, node_b asc) as step_no
    from {{ ref('identity_ruled_links') }}
    where tier < 2 and node_a <> node_b

),

grouping_steps as (

    select distinct
        joint_no,
        cast(0 as bigint) as step_no,
        node_no as node_a,
        cast(null as bigint) as node_b,
        node_no as group_a,
        cast(null as bigint) as group_b
    from nodes
    union all
    select joint_no, cast(0 as bigint) as step_no, node_a, node_b, node_a as group_a, node_b as group_b
    from {{ ref('identity_ruled_links') }}
    where tier = 2
    union all
    select
        joint_no,
        step_no,
        node_a,
        node_b,
        case when group_a = gone_no and not is_vetoed then kept_no else group_a end,
        case when group_b = gone_no and not is_vetoed then kept_no else group_b end
    from (
        select
            *,
            max(case when least(group_a, group_b) = kept_no and greatest(group_a, group_b) = gone_no then 1 else 0 end)
                over (partition by joint_no)
            = 1 as is_vetoed
        from (
            select
                steps.joint_no,
                links.step_no,
                steps.node_a,
                steps.node_b,
                steps.group_a,
                steps.group_b,
                min(case when steps.node_b is null and steps.node_a in (links.node_a, links.node_b) then steps.group_a end)
                    over (partition by steps.joint_no) as kept_no,
                max(case when steps.node_b is null and steps.node_a in (links.node_a, links.node_b) then steps.group_a end)
                    over (partition by steps.joint_no) as gone_no
            from grouping_steps as steps
            inner join links on steps.joint_no = links.joint_no and links.step_no = steps.step_no + 1
        ) as met
    ) as judged

),

last_steps as (

    select joint_no, node_a, group_a
    from grouping_steps
    where node_b is null
    qualify row_number() over (partition by joint_no, node_a order by step_no desc) = 1

),

grouped as (

    select nodes.point_no, last_steps.group_a as group_no
    from nodes
    inner join last_steps on nodes.joint_no = last_steps.joint_no and nodes.node_no = last_steps.node_a

),

known as (

    select grouped.group_no, grouped.point_no
    from grouped
    inner join {{ ref('identity_points') }} as points on grouped.point_no = points.point_no
    where
        points.stream in ('customers', 'leads', 'profiles')
        or grouped.point_no in (
            select evidence.point_no from {{ ref('identity_evidence') }} as evidence
            where not evidence.is_guarded and evidence.kind <> 'visitor'
        )

)

select
    point_no,
    group_no,
    group_no in (select known.group_no from known) as is_person
from grouped
