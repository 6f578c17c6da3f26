-- The lines of identity_overrides.csv against those that the log already knows: new ones are made, missing ones withdrawn.
with

stated as (

    select
        action,
        record_a,
        coalesce(record_b, '') as record_b,
        min(decided_by) as decided_by,
        min(decided_on) as decided_on,
        min(reason) as reason
    from {{ ref('identity_override_points') }}
    group by action, record_a, coalesce(record_b, '')

),

logged as (

    select
        decision,
        event,
        record_a,
        coalesce(record_b, '') as record_b,
        decided_by,
        decided_on,
        reason
    from {{ ref('stg_identity__decisions') }}
    where record_a is not null
    qualify row_number() over (
        partition by decision, record_a, coalesce(record_b, '') order by decision_no desc
    ) = 1

),

standing as (

    select * from logged where event = 'made'

)

select
    coalesce(stated.action, standing.decision) as decision,
    case when stated.action is null then 'withdrawn' else 'made' end as event,
    coalesce(stated.decided_by, standing.decided_by) as decided_by,
    coalesce(stated.decided_on, standing.decided_on) as decided_on,
    coalesce(stated.record_a, standing.record_a) as record_a,
    nullif(coalesce(stated.record_b, standing.record_b), '') as record_b,
    coalesce(stated.reason, standing.reason) as reason
from stated
full outer join standing
    on stated.action = standing.decision and stated.record_a = standing.record_a and stated.record_b = standing.record_b
where stated.action is null or standing.decision is null
