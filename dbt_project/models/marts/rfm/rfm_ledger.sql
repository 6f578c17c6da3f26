-- A segment holds from the month end at which it was first seen until the month end at which another was (exclusive).
with

steps as (

    select
        *,
        lag(rfm_segment) over (partition by customer_id order by month_end_on) as previous_segment
    from {{ ref('int_rfm__monthly') }}

),

entries as (

    select
        *,
        lead(month_end_on) over (partition by customer_id order by month_end_on) as valid_to
    from steps
    where previous_segment is null or previous_segment <> rfm_segment

)

select
    customer_id,
    month_end_on as valid_from,
    valid_to,
    valid_to is null as is_current,
    previous_segment,
    rfm_segment,
    r_days,
    f_count,
    m_total
from entries
