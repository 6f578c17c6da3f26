{{ config(materialized='view') }}

select
    order_id,
    min(system) as system,
    min(ordered_on) as ordered_on,
    min(currency) as currency,
    count(*) as line_count,
    count(*) filter (where line_amount > 0) as positive_line_count,
    count(*) filter (where line_amount_base is null) as unconvertible_line_count,
    cast(sum(quantity) as decimal(18, 4)) as quantity,
    cast(coalesce(sum(gross_base), 0) as decimal(18, 4)) as gross_base,
    cast(coalesce(sum(discount_base), 0) as decimal(18, 4)) as discount_base,
    cast(sum(cost_base) as decimal(18, 4)) as cost_base
from {{ ref('fct_order_lines') }}
group by order_id
