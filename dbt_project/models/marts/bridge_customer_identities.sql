select
    system,
    stream,
    record_ref,
    customer_id
from {{ ref('identity_links') }}
