-- A card is one thing over all systems, as in identity. Cancelled orders used no card.
select
    orders.order_id,
    {{ card_key('stated.card_ref') }} as card_ref,
    orders.system,
    orders.store_id,
    orders.employee_id,
    orders.ordered_at,
    orders.ordered_on,
    orders.sales_base
from {{ ref('stg_sales__orders') }} as stated
inner join {{ ref('fct_orders') }} as orders on {{ member_key('stated', 'order_ref') }} = orders.order_id
where
    {{ card_key('stated.card_ref') }} is not null
    and not orders.is_cancelled
