-- Connected components of the graph person - sign; nobody is merged by it, and no identity model reads it.
with recursive

people as (

    select customer_id, row_number() over (order by customer_id) as point_no
    from (select distinct customer_id from {{ ref('int_households__signs') }}) as signed

),

shared as (

    select signs.kind, signs.value, min(people.point_no) as hub_no
    from {{ ref('int_households__signs') }} as signs
    inner join people on signs.customer_id = people.customer_id
    inner join {{ ref('household_signs') }} as limits on signs.kind = limits.kind
    group by signs.kind, signs.value
    having count(*) > 1 and count(*) <= max(limits.max_people)

),

signs as (

    select people.customer_id, people.point_no, shared.hub_no, shared.kind
    from shared
    inner join {{ ref('int_households__signs') }} as stated on shared.kind = stated.kind and shared.value = stated.value
    inner join people on stated.customer_id = people.customer_id

),

edges as (

    select point_no as from_no, hub_no as to_no from signs where point_no <> hub_no
    union
    select hub_no as from_no, point_no as to_no from signs where point_no <> hub_no

),

{{ connected_components('reached', 'edges') }},

members as (

    select
        reached.point_no,
        reached.cluster_no,
        count(*) over (partition by reached.cluster_no) as member_count
    from reached

),

kinds as (

    select
        customer_id,
        point_no,
        bool_or(kind = 'address_and_surname') as by_address,
        bool_or(kind = 'phone') as by_phone,
        bool_or(kind = 'kinship') as by_kinship
    from signs
    group by customer_id, point_no

)

select
    'h_' || substr(md5(smallest.customer_id), 1, 16) as household_id,
    kinds.customer_id,
    members.member_count,
    kinds.by_address,
    kinds.by_phone,
    kinds.by_kinship,
    members.member_count > home.max_people as is_oversized
from members
inner join kinds on members.point_no = kinds.point_no
inner join people as smallest on members.cluster_no = smallest.point_no
inner join {{ ref('household_signs') }} as home on home.kind = 'household'
