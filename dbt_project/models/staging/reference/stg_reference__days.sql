with digits as (

    {% for digit in range(10) %}
    select {{ digit }} as digit
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select cast({{ dbt.dateadd('day', '1 - n', as_of()) }} as date) as day_on
    from (
        select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit as n
        from digits as ones
        cross join digits as tens
        cross join digits as hundreds
        cross join digits as thousands
    ) as numbers

)

select * from final
