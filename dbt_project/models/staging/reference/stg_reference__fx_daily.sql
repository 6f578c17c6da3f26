with rates as (

    select
        currency,
        valid_on,
        rate,
        row_number() over (partition by currency, valid_on order by updated_at desc, system asc) as place
    from {{ ref('stg_reference__fx_rates') }}
    where base_currency = '{{ var("base_currency") }}' and valid_on <= {{ as_of() }}

),

spans as (

    select
        currency,
        rate,
        valid_on,
        lead(valid_on) over (partition by currency order by valid_on) as next_valid_on
    from rates
    where place = 1

),

days as (

    select * from {{ ref('stg_reference__days') }}

),

final as (

    select
        spans.currency,
        days.day_on as rate_on,
        spans.valid_on,
        spans.rate
    from days
    inner join spans
        on days.day_on >= spans.valid_on and (days.day_on < spans.next_valid_on or spans.next_valid_on is null)

)

select * from final
