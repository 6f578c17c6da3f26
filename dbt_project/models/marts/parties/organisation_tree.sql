-- Everybody has one parent, the one that was stated last, so that a walk upwards has one way. The walk keeps every pair once and
-- ends therefore in a cycle too; who reaches itself is in one.
with recursive

relations as (

    select from_customer_id as customer_id, to_customer_id as parent_id, starts_on
    from {{ ref('int_parties__relations') }}
    where
        relation_kind = 'belongs_to'
        and is_current
        and from_customer_id is not null
        and to_customer_id is not null
        and (from_customer_id <> to_customer_id or from_customer_ref = to_customer_ref)

),

parents as (

    select customer_id, parent_id
    from relations
    qualify row_number() over (partition by customer_id order by starts_on desc nulls last, parent_id asc) = 1

),

walk (customer_id, ancestor_id) as (

    select customer_id, parent_id from parents
    union
    select walk.customer_id, parents.parent_id
    from walk
    inner join parents on walk.ancestor_id = parents.customer_id

),

members as (

    select customer_id from relations
    union
    select parent_id from relations
    union
    select customer_id from {{ ref('dim_customers') }} where customer_kind = 'group'

),

cycles as (

    select mine.customer_id, min(others.ancestor_id) as cycle_id, count(*) as cycle_length
    from walk as mine
    inner join walk as others on mine.customer_id = others.customer_id
    where mine.customer_id = mine.ancestor_id
    group by mine.customer_id

),

ancestors as (

    select
        walk.customer_id,
        count(*) as depth,
        max(case when parents.customer_id is null then walk.ancestor_id end) as root_id,
        max(cycles.cycle_id) as cycle_id
    from walk
    left join parents on walk.ancestor_id = parents.customer_id
    left join cycles on walk.ancestor_id = cycles.customer_id
    group by walk.customer_id

),

below as (

    select ancestor_id as customer_id, count(*) as below_count
    from walk
    where customer_id <> ancestor_id
    group by ancestor_id

),

stated as (

    select customer_id, count(distinct parent_id) as parent_count
    from relations
    group by customer_id

)

select
    members.customer_id,
    parents.parent_id as parent_customer_id,
    case when ancestors.cycle_id is null then coalesce(ancestors.root_id, members.customer_id) end as root_customer_id,
    case when ancestors.cycle_id is null then coalesce(ancestors.depth, 0) end as depth,
    coalesce(below.below_count, 0) as below_count,
    coalesce(stated.parent_count, 0) as stated_parent_count,
    ancestors.cycle_id,
    cycles.cycle_length,
    cycles.customer_id is not null as is_in_cycle
from members
left join parents on members.customer_id = parents.customer_id
left join ancestors on members.customer_id = ancestors.customer_id
left join cycles on members.customer_id = cycles.customer_id
left join below on members.customer_id = below.customer_id
left join stated on members.customer_id = stated.customer_id
