with

steps as (

    select
        month_end_on,
        coalesce(lag(rfm_segment) over customer, 'none') as from_segment,
        rfm_segment as to_segment,
        coalesce(lag(m_total) over customer, 0) as m_before,
        m_total as m_after
    from {{ ref('int_rfm__monthly') }}
    window customer as (partition by customer_id order by month_end_on)

),

moved as (

    select
        month_end_on,
        from_segment,
        to_segment,
        count(*) as customer_count,
        sum(m_before) as m_before,
        sum(m_after) as m_after
    from steps
    group by month_end_on, from_segment, to_segment

)

select
    month_end_on,
    from_segment,
    to_segment,
    from_segment <> to_segment as is_move,
    customer_count,
    cast(
        1.0 * customer_count / nullif(sum(customer_count) over (partition by month_end_on, from_segment), 0)
        as decimal(9, 6)
    ) as share_of_from,
    cast(m_before as decimal(18, 4)) as m_before,
    cast(m_after as decimal(18, 4)) as m_after
from moved
