{{ config(materialized='view') }}

select 1 + greatest(
    coalesce((select max(founded_in) from {{ ref('stg_identity__anchors') }}), 0),
    coalesce((select max(decided_in) from {{ ref('stg_identity__decisions') }}), 0)
) as run_no
