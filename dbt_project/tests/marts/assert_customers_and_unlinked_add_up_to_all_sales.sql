-- Net sales of all persons plus those of nobody known are all net sales.
with

known as (

    select coalesce(sum(net_base), 0) as net_base from {{ ref('dim_customers') }}

),

unlinked as (

    select
        (select coalesce(sum(sales_base), 0) from {{ ref('fct_orders') }} where customer_id is null)
        - (select coalesce(sum(deducted_base), 0) from {{ ref('fct_returns') }} where customer_id is null) as net_base

),

total as (

    select coalesce(sum(net_base), 0) as net_base from {{ ref('daily_sales') }}

)

select known.*, unlinked.*, total.*
from known
cross join unlinked
cross join total
where known.net_base + unlinked.net_base <> total.net_base
