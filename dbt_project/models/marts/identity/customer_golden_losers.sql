with

contest as (

    select
        contest.*,
        survivorship.field,
        nullif(split_part(contest.value, '␟', survivorship.part_no), '') as cell
    from {{ ref('int_customers__contest') }} as contest
    inner join {{ ref('survivorship') }} as survivorship on contest.unit = survivorship.unit

),

-- Only who has a second value at all: most customers have none.
winners as (

    select customer_id, field, cell
    from contest
    where place = 1 and decided_by <> 'only_value'

)

select
    contest.customer_id,
    contest.field,
    contest.cell as value,
    contest.decided_by as lost_by,
    contest.place,
    contest.stream,
    contest.system,
    contest.record_ref,
    contest.stated_at,
    contest.record_count
from contest
inner join winners on contest.customer_id = winners.customer_id and contest.field = winners.field
where
    contest.place > 1
    and contest.cell is not null
    and contest.cell <> coalesce(winners.cell, '')
qualify row_number() over (partition by contest.customer_id, contest.field, contest.cell order by contest.place) = 1
