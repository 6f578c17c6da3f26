-- Every kept raw line is in the fact once: counts and money in the original currency agree per system and currency.
-- Kept is what staging kept; what it left out is in row_accounting. Money is compared unrounded by the same expression.
with

kept as (

    select
        system,
        currency,
        count(*) as line_count,
        sum(cast(cast(quantity as decimal(38, 4)) * unit_price as decimal(18, 4)) - coalesce(discount_amount, 0)) as amount
    from {{ ref('stg_sales__order_lines') }}
    group by system, currency

),

counted as (

    select
        system,
        currency,
        count(*) as line_count,
        sum(line_amount) as amount
    from {{ ref('fct_order_lines') }}
    group by system, currency

)

select kept.*, counted.*
from kept
full outer join counted
    on
        kept.system = counted.system
        and kept.currency is not distinct from counted.currency
where
    kept.line_count is distinct from counted.line_count
    or kept.amount is distinct from counted.amount
