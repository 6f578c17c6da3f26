select
    customer_id,
    channel,
    purpose,
    is_allowed,
    allowed_count,
    refused_count,
    stream as decided_by_stream,
    system as decided_by_system,
    record_ref as decided_by_record,
    stated_at as decided_at
from {{ ref('int_customers__consents') }}
