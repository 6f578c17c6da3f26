-- No stage holds more than the one before, and what moved on is the next stage.
with

stages as (

    select
        system,
        stage_no,
        deal_count as member_count,
        moved_on_count
    from {{ ref('sales_funnel') }}
    union all
    select
        'persons',
        stage_no,
        customer_count,
        moved_on_count
    from {{ ref('relationship_funnel') }}

),

paired as (

    select
        *,
        lead(member_count) over (partition by system order by stage_no) as next_count
    from stages

)

select *
from paired
where
    next_count > member_count
    or next_count <> moved_on_count
