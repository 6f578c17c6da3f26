{{ config(materialized='view') }}

select
    customer_id,
    cast(max(stage_no) as integer) as reached_no,
    min(shown_at) filter (where stage_no = 1) as aware_at,
    min(shown_at) filter (where stage_no = 2) as interested_at,
    min(shown_at) filter (where stage_no = 3) as decided_at,
    min(shown_at) filter (where stage_no = 4) as purchased_at,
    min(shown_at) filter (where stage_no = 5) as loyal_at
from {{ ref('int_customers__signs') }}
group by customer_id
