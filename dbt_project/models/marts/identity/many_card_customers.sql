-- A lost card is replaced and never comes back. Who goes back to an earlier card, or holds a third one, takes turns for offers.
with

held as (

    select customer_id, system, count(distinct card_ref) as card_count
    from {{ ref('int_cards__holders') }}
    group by customer_id, system

),

holders as (

    select
        customer_id,
        cast(sum(card_count) as bigint) as card_count,
        max(card_count) as system_card_count
    from held
    group by customer_id
    having sum(card_count) > 1

),

cards as (

    select distinct card_ref, customer_id
    from {{ ref('int_cards__holders') }}
    where customer_id in (select holders.customer_id from holders)

),

used as (

    select
        cards.customer_id,
        cards.card_ref,
        orders.sales_base,
        orders.ordered_on,
        lag(cards.card_ref) over (partition by cards.customer_id order by orders.ordered_at, orders.order_id) as card_before,
        row_number() over (partition by cards.customer_id, cards.card_ref order by orders.ordered_at, orders.order_id) as use_no
    from cards
    inner join {{ ref('int_cards__orders') }} as orders on cards.card_ref = orders.card_ref

),

summed as (

    select
        customer_id,
        count(*) as order_count,
        count(distinct card_ref) as used_card_count,
        count(*) filter (where card_before <> card_ref and use_no > 1) as turn_count,
        min(ordered_on) as first_order_on,
        max(ordered_on) as last_order_on,
        sum(sales_base) as sales_base
    from used
    group by customer_id

)

select
    holders.customer_id,
    holders.card_count,
    holders.system_card_count,
    coalesce(summed.used_card_count, 0) as used_card_count,
    coalesce(summed.order_count, 0) as order_count,
    coalesce(summed.turn_count, 0) as turn_count,
    case when summed.turn_count >= {{ detector('turns_from') }} then 'used_in_turn' else 'many_cards' end as reason,
    summed.first_order_on,
    summed.last_order_on,
    cast(coalesce(summed.sales_base, 0) as decimal(18, 4)) as sales_base
from holders
left join summed on holders.customer_id = summed.customer_id
where
    holders.system_card_count >= {{ detector('many_cards_from') }}
    or summed.turn_count >= {{ detector('turns_from') }}
