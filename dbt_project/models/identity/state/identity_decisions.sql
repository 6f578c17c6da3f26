with

logged as (

    select * from {{ ref('stg_identity__decisions') }}

),

taken as (

    select
        decision,
        event,
        decided_by,
        decided_on,
        cast(null as varchar) as customer_id,
        cast(null as varchar) as other_customer_id,
        record_a,
        record_b,
        reason
    from {{ ref('identity_human_decisions') }}
    union all
    select
        decision,
        'made' as event,
        decided_by,
        {{ as_of() }} as decided_on,
        customer_id,
        other_customer_id,
        null as record_a,
        null as record_b,
        reason
    from {{ ref('identity_move_causes') }}

)

select
    decision_no,
    decided_in,
    decided_as_of,
    decision,
    event,
    decided_by,
    decided_on,
    customer_id,
    other_customer_id,
    record_a,
    record_b,
    reason
from logged

union all

select
    coalesce((select max(logged.decision_no) from logged), 0) + row_number() over (
        order by
            taken.decision, taken.event, coalesce(taken.record_a, ''), coalesce(taken.record_b, ''),
            coalesce(taken.customer_id, ''), coalesce(taken.other_customer_id, '')
    ) as decision_no,
    run.run_no as decided_in,
    {{ as_of() }} as decided_as_of,
    taken.decision,
    taken.event,
    taken.decided_by,
    taken.decided_on,
    taken.customer_id,
    taken.other_customer_id,
    taken.record_a,
    taken.record_b,
    taken.reason
from taken
cross join {{ ref('stg_identity__run') }} as run
