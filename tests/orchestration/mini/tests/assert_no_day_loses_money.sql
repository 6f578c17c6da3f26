select ordered_on, amount from {{ ref('daily_sales') }} where amount < 0
