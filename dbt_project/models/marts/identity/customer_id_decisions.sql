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
from {{ ref('identity_decisions') }}
