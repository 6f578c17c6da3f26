select
    customer_id,
    cast(row_number() over (order by customer_id) as integer) as customer_no
from {{ ref('fct_orders') }}
where customer_id is not null and not is_cancelled and positive_line_count > 0
group by customer_id
