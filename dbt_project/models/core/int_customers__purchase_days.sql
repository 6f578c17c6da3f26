{{ config(materialized='view') }}

with

days as (

    select
        customer_id,
        ordered_on as purchased_on,
        count(*) as purchase_count,
        sum(sales_base) as sales_base
    from {{ ref('fct_orders') }}
    where customer_id is not null and not is_cancelled and positive_line_count > 0 and ordered_on is not null
    group by customer_id, ordered_on

)

select
    customer_id,
    purchased_on,
    row_number() over (partition by customer_id order by purchased_on) as day_no,
    lag(purchased_on) over (partition by customer_id order by purchased_on) as previous_on,
    lead(purchased_on) over (partition by customer_id order by purchased_on) as next_on,
    purchase_count,
    sales_base
from days
