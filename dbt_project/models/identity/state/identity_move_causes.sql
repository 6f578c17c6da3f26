-- Who moved an id: a person's line about one of its points, else the strongest link from its former records to others.
with

moves as (

    select
        moves.decision,
        moves.customer_id,
        moves.other_customer_id,
        registry.group_no,
        others.group_no as other_group_no
    from {{ ref('identity_moves') }} as moves
    inner join {{ ref('identity_registry') }} as registry on moves.customer_id = registry.customer_id
    left join {{ ref('identity_registry') }} as others on moves.other_customer_id = others.customer_id

),

persons as (

    select point_no, point_id, cluster_no from {{ ref('identity_persons') }}

),

-- Points of groups that an id moved into, with the id each had before.
met as (

    select
        persons.point_no,
        persons.cluster_no,
        min(members.customer_id) as former_id
    from persons
    inner join {{ ref('identity_records') }} as records on persons.point_id = records.point_id
    left join {{ ref('stg_identity__members') }} as members
        on records.stream = members.stream and records.system = members.system and records.record_ref = members.record_ref
    where persons.cluster_no in (select moves.group_no from moves where moves.decision = 'merge')
    group by persons.point_no, persons.cluster_no

),

-- Accepted links between records of different former ids, from either end.
links as (

    select point_a as point_no, point_b as other_no, source || ':' || rule as decided_by, weight
    from {{ ref('identity_edges') }} where status = 'accepted'
    union all
    select point_b, point_a, source || ':' || rule, weight
    from {{ ref('identity_edges') }} where status = 'accepted'

),

bridges as (

    select moves.customer_id, links.decided_by, links.weight
    from links
    inner join met on links.point_no = met.point_no
    inner join met as others on links.other_no = others.point_no and met.cluster_no = others.cluster_no
    inner join moves on met.former_id = moves.customer_id
    where moves.decision = 'merge' and coalesce(others.former_id, '') <> met.former_id

),

strongest as (

    select customer_id, decided_by from bridges
    qualify row_number() over (partition by customer_id order by weight desc, decided_by asc) = 1

),

-- Lines in force, and for what comes apart those that were taken out.
lines as (

    select point_a as point_no, action in ('merge', 'confirm') as is_tie, decided_by, reason, line_no
    from {{ ref('identity_override_points') }} where status = 'applied'
    union all
    select point_b, action in ('merge', 'confirm'), decided_by, reason, line_no
    from {{ ref('identity_override_points') }} where status = 'applied' and point_b is not null
    union all
    select persons.point_no, false, withdrawn.decided_by, 'taken back: ' || withdrawn.reason, 0
    from {{ ref('identity_human_decisions') }} as withdrawn
    inner join {{ ref('identity_records') }} as records
        on withdrawn.record_a = records.stream || ':' || records.system || ':' || records.record_ref
    inner join persons on records.point_id = persons.point_id
    where withdrawn.event = 'withdrawn' and withdrawn.decision in ('merge', 'confirm')

),

rulings as (

    select moves.customer_id, lines.decided_by, lines.reason
    from (
        select customer_id, decision, group_no from moves
        union
        select customer_id, decision, other_group_no from moves
    ) as moves
    inner join persons on moves.group_no = persons.cluster_no
    inner join lines on persons.point_no = lines.point_no
    where (moves.decision = 'merge') = lines.is_tie
    qualify row_number() over (partition by moves.customer_id order by lines.line_no, lines.reason) = 1

)

select
    moves.decision,
    moves.customer_id,
    moves.other_customer_id,
    coalesce(rulings.decided_by, case when moves.decision = 'merge' then strongest.decided_by end, 'evidence') as decided_by,
    coalesce(
        rulings.reason,
        case
            when moves.decision = 'split' then 'nothing holds the records together any more'
            when moves.decision = 'merge' and strongest.customer_id is not null then 'the records are linked now'
            else 'records that tied them together came in'
        end
    ) as reason
from moves
left join rulings on moves.customer_id = rulings.customer_id
left join strongest on moves.customer_id = strongest.customer_id
