-- Cost of a line: its own, else the product's. What neither knows stays empty and is estimated later, visibly.
select
    orders.customer_id,
    lines.order_id,
    lines.product_id,
    lines.ordered_on,
    lines.quantity,
    lines.gross_base,
    lines.discount_base,
    lines.line_amount_base,
    cast(coalesce(lines.cost_base, lines.quantity * products.unit_cost_base) as decimal(18, 4)) as cost_base
from {{ ref('fct_order_lines') }} as lines
inner join {{ ref('fct_orders') }} as orders on lines.order_id = orders.order_id
left join {{ ref('dim_products') }} as products on lines.product_id = products.product_id
where not lines.is_cancelled
