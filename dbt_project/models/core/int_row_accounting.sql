{{ config(materialized='view') }}

select
    stream,
    system,
    raw_rows,
    kept_rows,
    duplicate_rows,
    older_rows,
    conflicting_rows,
    later_rows,
    equal_lines_kept
from {{ ref('stg_row_accounting') }}
