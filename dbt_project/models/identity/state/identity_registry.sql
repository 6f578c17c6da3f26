-- An id is founded once, by the smallest contact point of a cluster that holds no founder yet. A cluster goes by the oldest
-- id founded in it; the other ids in it are merged into that one. Apart again, every founder has its own id back.
with

grouped as (

    select
        clusters.point_id,
        clusters.point_no,
        coalesce(regrouped.group_no, clusters.cluster_no) as group_no,
        coalesce(regrouped.is_person, clusters.customer_id is not null) as is_person
    from {{ ref('identity_clusters') }} as clusters
    left join {{ ref('identity_regrouped') }} as regrouped on clusters.point_no = regrouped.point_no

),

known as (

    select anchors.*, grouped.group_no, grouped.point_id is null as is_lost
    from {{ ref('stg_identity__anchors') }} as anchors
    left join grouped on anchors.anchor_point = grouped.point_id and grouped.is_person

),

winners as (

    select group_no, customer_id
    from known
    where group_no is not null
    qualify row_number() over (partition by group_no order by founded_in, anchor_point) = 1

),

-- A founder that is in the data no more leaves its id to the group that most of the person's records went to.
heirs as (

    select
        known.customer_id,
        known.founded_in,
        grouped.group_no,
        min(grouped.point_id) as anchor_point,
        row_number() over (partition by known.customer_id order by count(*) desc, grouped.group_no asc) as choice_no
    from known
    inner join {{ ref('stg_identity__members') }} as members on known.customer_id = members.customer_id
    inner join {{ ref('identity_records') }} as records
        on members.stream = records.stream and members.system = records.system and members.record_ref = records.record_ref
    inner join grouped on records.point_id = grouped.point_id
    where known.is_lost and grouped.is_person
    group by known.customer_id, known.founded_in, grouped.group_no

),

inherited as (

    select heirs.group_no, heirs.customer_id, heirs.anchor_point
    from heirs
    left join winners on heirs.group_no = winners.group_no
    where heirs.choice_no = 1 and winners.group_no is null
    qualify row_number() over (partition by heirs.group_no order by heirs.founded_in, heirs.customer_id) = 1

),

owners as (

    select group_no, customer_id from winners
    union all
    select group_no, customer_id from inherited

),

founders as (

    select grouped.group_no, grouped.point_id as anchor_point, 'c_' || substr(md5(grouped.point_id), 1, 16) as customer_id
    from grouped
    left join owners on grouped.group_no = owners.group_no
    where grouped.is_person and grouped.point_no = grouped.group_no and owners.group_no is null

)

select
    known.customer_id,
    coalesce(inherited.anchor_point, known.anchor_point) as anchor_point,
    known.founded_in,
    known.founded_as_of,
    case
        when known.customer_id = owners.customer_id then 'active'
        when coalesce(owners.customer_id, known.merged_into) is not null then 'merged'
        else 'retired'
    end as status,
    case
        when known.customer_id <> owners.customer_id or owners.customer_id is null
            then coalesce(owners.customer_id, known.merged_into)
    end as merged_into,
    coalesce(known.group_no, inherited.group_no) as group_no
from known
left join inherited on known.customer_id = inherited.customer_id
left join heirs on known.customer_id = heirs.customer_id and heirs.choice_no = 1
left join owners on coalesce(known.group_no, heirs.group_no) = owners.group_no

union all

select
    case
        when taken.customer_id is null then founders.customer_id
        else 'c_' || substr(md5(founders.anchor_point || '|' || run.run_no), 1, 16)
    end,
    founders.anchor_point,
    run.run_no,
    {{ as_of() }},
    'active',
    null,
    founders.group_no
from founders
cross join {{ ref('stg_identity__run') }} as run
left join {{ ref('stg_identity__anchors') }} as taken on founders.customer_id = taken.customer_id
