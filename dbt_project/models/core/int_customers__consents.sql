-- The most restrictive statement wins: one refusal by any record of the person refuses, and no newer permission undoes it.
-- What a record says nothing about is no permission and no refusal.
with

stated as (

    select
        *,
        row_number() over (
            partition by customer_id, channel
            order by is_allowed asc, stated_at desc nulls last, stream asc, system asc, record_ref asc
        ) as place
    from {{ ref('int_consents__stated') }}

),

counted as (

    select
        customer_id,
        channel,
        bool_and(is_allowed) as is_allowed,
        count(*) filter (where is_allowed) as allowed_count,
        count(*) filter (where not is_allowed) as refused_count
    from stated
    group by customer_id, channel

)

select
    counted.customer_id,
    counted.channel,
    'marketing' as purpose,
    counted.is_allowed,
    counted.allowed_count,
    counted.refused_count,
    stated.stream,
    stated.system,
    stated.record_ref,
    stated.stated_at
from counted
inner join stated
    on
        counted.customer_id = stated.customer_id
        and counted.channel = stated.channel
        and stated.place = 1
