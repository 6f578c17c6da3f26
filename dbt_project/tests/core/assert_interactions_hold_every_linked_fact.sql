-- Purchases on the line of time are the linked orders and returns, in number and in money.
with

facts as (

    select
        (select count(*) from {{ ref('fct_orders') }} where customer_id is not null)
        + (select count(*) from {{ ref('fct_returns') }} where customer_id is not null) as row_count,
        (select coalesce(sum(sales_base), 0) from {{ ref('fct_orders') }} where customer_id is not null)
        - (select coalesce(sum(deducted_base), 0) from {{ ref('fct_returns') }} where customer_id is not null) as net_base

),

line as (

    select
        count(*) as row_count,
        coalesce(sum(amount_base), 0) as net_base
    from {{ ref('customer_interactions') }}
    where family = 'purchase'

)

select facts.*, line.*
from facts
cross join line
where
    facts.row_count <> line.row_count
    or facts.net_base <> line.net_base
