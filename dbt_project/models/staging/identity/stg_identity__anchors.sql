{{ config(materialized='view') }}

select
    customer_id,
    anchor_point,
    founded_in,
    founded_as_of,
    status,
    merged_into
from {{ source('ops', 'identity_anchors') }}
