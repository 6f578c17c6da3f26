-- A day counts once, however many orders it has; what is bought again within hours is the same purchase to a customer.
with

days as (

    select
        customer_no,
        0 as item_no,
        bought_on
    from {{ ref('int_purchases') }}
    where customer_no is not null
    group by customer_no, bought_on

    union all

    select
        customer_no,
        category_no as item_no,
        bought_on
    from {{ ref('int_purchases') }}
    where customer_no is not null and category_no is not null
    group by customer_no, category_no, bought_on

)

select
    customer_no,
    item_no,
    bought_on,
    cast({{ date_diff_days(
        'lag(bought_on) over (partition by customer_no, item_no order by bought_on)', 'bought_on'
    ) }} as integer) as interval_days
from days
