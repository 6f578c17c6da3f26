with

losers as (

    select
        customer_id,
        field,
        count(*) as loser_count
    from {{ ref('customer_golden_losers') }}
    group by customer_id, field

)

select
    contest.customer_id,
    survivorship.field,
    split_part(contest.value, '␟', survivorship.part_no) as value,
    case when losers.loser_count > 0 then contest.decided_by else 'only_value' end as decided_by,
    coalesce(losers.loser_count, 0) as loser_count,
    contest.stream,
    contest.system,
    contest.record_ref,
    contest.stated_at,
    contest.record_count
from {{ ref('int_customers__contest') }} as contest
inner join {{ ref('survivorship') }} as survivorship on contest.unit = survivorship.unit
left join losers on contest.customer_id = losers.customer_id and survivorship.field = losers.field
where
    contest.place = 1
    and nullif(split_part(contest.value, '␟', survivorship.part_no), '') is not null
