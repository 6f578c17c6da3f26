-- Of the orders that showed a card in a store, a clerk rings up about his share, whoever shops. A card that meets one clerk
-- far more often, and far more often than cards are used at all, is the clerk's way to the points of orders without a card.
with

rung as (

    select
        card_ref,
        store_id,
        employee_id,
        count(*) as order_count,
        count(distinct ordered_on) as day_count,
        min(ordered_on) as first_order_on,
        max(ordered_on) as last_order_on,
        sum(sales_base) as sales_base
    from {{ ref('int_cards__orders') }}
    where store_id is not null and employee_id is not null
    group by card_ref, store_id, employee_id

),

compared as (

    select
        *,
        sum(order_count) over (partition by card_ref, store_id) as card_count,
        sum(order_count) over (partition by store_id, employee_id) as clerk_count,
        sum(order_count) over (partition by store_id) as total_count
    from rung

),

clerks as (

    select store_id, count(distinct employee_id) as clerk_number
    from rung
    group by store_id

),

expected as (

    select
        compared.*,
        -- The card itself left out, and one order added to every clerk, so that no share is 0.
        cast(compared.clerk_count - compared.order_count + 1 as double)
        / (compared.total_count - compared.card_count + clerks.clerk_number) as expected_share
    from compared
    inner join clerks on compared.store_id = clerks.store_id
    where compared.card_count >= {{ detector('min_orders') }}

),

weighed as (

    select
        *,
        exp(-({{ binomial_evidence('order_count', 'card_count', 'expected_share') }})) as p_value
    from expected

),

{{ discoveries('judged', 'weighed') }},

usual as (

    select median(order_count) as median_count from {{ ref('int_cards__habits') }}

),

holders as (

    select card_ref, min(customer_id) as customer_id
    from {{ ref('int_cards__holders') }}
    group by card_ref

)

select
    judged.card_ref,
    judged.store_id,
    judged.employee_id,
    holders.customer_id,
    judged.order_count,
    cast(judged.card_count as bigint) as store_order_count,
    judged.day_count,
    cast(1.0 * judged.order_count / judged.card_count as decimal(9, 6)) as clerk_share,
    cast(judged.expected_share as decimal(9, 6)) as expected_share,
    cast(judged.expected_share * judged.card_count as decimal(18, 4)) as expected_order_count,
    cast(usual.median_count as decimal(18, 4)) as median_order_count,
    judged.p_value,
    judged.first_order_on,
    judged.last_order_on,
    cast(judged.sales_base as decimal(18, 4)) as sales_base
from judged
cross join usual
left join holders on judged.card_ref = holders.card_ref
where
    judged.is_discovered
    and judged.order_count >= {{ detector('frequency_multiple') }} * usual.median_count
