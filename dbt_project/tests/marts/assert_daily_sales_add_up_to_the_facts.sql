-- Net of all days is sales of all orders less all returns, each once (F-54).
with

days as (

    select
        coalesce(sum(net_base), 0) as net_base,
        coalesce(sum(order_count + cancelled_order_count), 0) as order_count,
        coalesce(sum(return_count), 0) as return_count
    from {{ ref('daily_sales') }}

),

facts as (

    select
        (select coalesce(sum(sales_base), 0) from {{ ref('fct_orders') }})
        - (select coalesce(sum(deducted_base), 0) from {{ ref('fct_returns') }}) as net_base,
        (select count(*) from {{ ref('fct_orders') }}) as order_count,
        (select count(*) from {{ ref('fct_returns') }}) as return_count

)

select days.*, facts.*
from days
cross join facts
where
    days.net_base <> facts.net_base
    or days.order_count <> facts.order_count
    or days.return_count <> facts.return_count
