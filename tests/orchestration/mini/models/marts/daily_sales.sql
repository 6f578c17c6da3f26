select ordered_on, sum(total_amount) as amount, count(*) as orders
from {{ ref('fct_orders') }}
group by ordered_on
