{{ config(materialized='view') }}

select
    line_no,
    action,
    stream_a,
    system_a,
    ref_a,
    stream_b,
    system_b,
    ref_b,
    decided_by,
    decided_on,
    reason
from {{ source('ops', 'identity_overrides') }}
