{{ config(materialized='view') }}

select
    stream,
    system,
    record_ref,
    customer_id
from {{ source('ops', 'identity_members') }}
