with

measures as (

    select * from {{ ref('int_metrics__measures') }}

),

defined as (

    select * from {{ ref('metrics') }}

)

select
    defined.metric,
    above.month_on,
    above.channel_group,
    above.amount as numerator,
    below.amount as denominator,
    -- A share of nothing is unknown, not zero; what has no denominator is a sum.
    case
        when defined.denominator is null then cast(above.amount as double)
        else cast(above.amount as double) / nullif(cast(below.amount as double), 0)
    end as value
from defined
inner join measures as above on defined.numerator = above.measure
left join measures as below
    on
        defined.denominator = below.measure
        and above.month_on = below.month_on
        and above.channel_group = below.channel_group
