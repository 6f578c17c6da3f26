{{ config(materialized='view') }}

-- What counts for whom and when; each order, deal and ticket stands here once per result, also without an employee.
select
    coalesce(employee_id, 'none') as employee_id,
    store_id,
    customer_id,
    ordered_on as counted_on,
    1 as order_count,
    sales_base,
    0 as opened_deal_count,
    0 as won_deal_count,
    0 as lost_deal_count,
    0 as won_amount_base,
    0 as ticket_count
from {{ ref('fct_orders') }}
where not is_cancelled

union all

select coalesce(employee_id, 'none'), null, customer_id, created_on, 0, 0, 1, 0, 0, 0, 0
from {{ ref('fct_opportunities') }}

union all

select
    coalesce(employee_id, 'none'),
    null as store_id,
    customer_id,
    closed_on,
    0 as order_count,
    0 as sales_base,
    0 as opened_deal_count,
    case when outcome = 'won' then 1 else 0 end as won_deal_count,
    case when outcome = 'lost' then 1 else 0 end as lost_deal_count,
    case when outcome = 'won' then amount_base end as won_amount_base,
    0 as ticket_count
from {{ ref('fct_opportunities') }}
where outcome in ('won', 'lost')

union all

select coalesce(employee_id, 'none'), null, customer_id, opened_on, 0, 0, 0, 0, 0, 0, 1
from {{ ref('fct_tickets') }}
