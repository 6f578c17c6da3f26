-- Guest orders with the same contact data are one contact point; that is the first link of their chain.
with

points as (

    select point_no, point_id, customer_id from {{ ref('identity_persons') }}

),

edges as (

    select
        links.point_a,
        links.point_b,
        links.source,
        links.rule,
        links.kind,
        links.value,
        links.weight,
        links.status,
        links.reason,
        waterfalls.steps,
        waterfalls.weight as steps_weight
    from {{ ref('identity_edges') }} as links
    left join {{ ref('identity_scores') }} as scores
        -- A condition on the left side alone would make DuckDB compare every link with every score.
        on case when links.source = 'score' then links.point_a end = scores.point_a and links.point_b = scores.point_b
    left join {{ ref('identity_waterfalls') }} as waterfalls on scores.pattern = waterfalls.pattern
    union all
    select
        point_a,
        point_b,
        'override' as source,
        action as rule,
        null as kind,
        null as value,
        cast(null as double) as weight,
        case when action in ('merge', 'confirm') then 'accepted' else 'refused' end as status,
        decided_by || ', ' || decided_on || ': ' || reason as reason,
        null as steps,
        cast(null as double) as steps_weight
    from {{ ref('identity_override_points') }}
    where status = 'applied' and point_b is not null

)

select
    a.customer_id,
    case when b.customer_id <> a.customer_id then b.customer_id end as other_customer_id,
    a.point_id as point_a,
    b.point_id as point_b,
    edges.source,
    edges.rule,
    edges.kind,
    edges.value,
    edges.weight,
    case when edges.status = 'accepted' and a.customer_id <> b.customer_id then 'overruled' else edges.status end as status,
    edges.reason,
    edges.steps || '; rarity and prior ' || cast(edges.weight - edges.steps_weight as decimal(9, 2)) as steps
from edges
inner join points as a on edges.point_a = a.point_no
inner join points as b on edges.point_b = b.point_no
where a.customer_id is not null and b.customer_id is not null

union all

select
    points.customer_id,
    null as other_customer_id,
    'orders:' || records.system || ':' || records.record_ref as point_a,
    records.point_id as point_b,
    'record' as source,
    'same_contact_data' as rule,
    null as kind,
    null as value,
    cast(null as double) as weight,
    'accepted' as status,
    null as reason,
    null as steps
from {{ ref('identity_records') }} as records
inner join points on records.point_id = points.point_id
where records.stream = 'orders' and points.customer_id is not null
