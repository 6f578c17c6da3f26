-- Ids that were apart and are one now, or the other way round, since the newest release.
with

registry as (

    select * from {{ ref('identity_registry') }}

),

before as (

    select customer_id, status, merged_into from {{ ref('stg_identity__anchors') }}

),

-- A founder that belonged to somebody before has been taken out of that person.
uprooted as (

    select registry.customer_id, min(members.customer_id) as other_customer_id
    from registry
    cross join {{ ref('stg_identity__run') }} as run
    inner join {{ ref('identity_records') }} as records on registry.anchor_point = records.point_id
    inner join {{ ref('stg_identity__members') }} as members
        on records.stream = members.stream and records.system = members.system and records.record_ref = members.record_ref
    inner join before on members.customer_id = before.customer_id
    where registry.founded_in = run.run_no and members.customer_id <> registry.customer_id
    group by registry.customer_id

)

select 'merge' as decision, registry.customer_id, registry.merged_into as other_customer_id
from registry
inner join before on registry.customer_id = before.customer_id
where before.status = 'active' and registry.status = 'merged'

union all

select 'split' as decision, registry.customer_id, before.merged_into as other_customer_id
from registry
inner join before on registry.customer_id = before.customer_id
where before.status = 'merged' and registry.status = 'active'

union all

select 'split' as decision, customer_id, other_customer_id from uprooted
