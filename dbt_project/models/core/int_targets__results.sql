{{ config(materialized='view') }}

-- Results that fall into the period of a target, by whose target it is; revenue is sales before returns.
with

targets as (

    select * from {{ ref('fct_targets') }}

),

results as (

    select
        results.*,
        employees.department_path
    from {{ ref('int_employees__results') }} as results
    left join {{ ref('dim_employees') }} as employees on results.employee_id = employees.employee_id

),

product_orders as (

    select
        lines.product_id,
        orders.customer_id,
        lines.order_id,
        lines.ordered_on as counted_on,
        sum(lines.line_amount_base) as sales_base
    from {{ ref('fct_order_lines') }} as lines
    left join {{ ref('fct_orders') }} as orders on lines.order_id = orders.order_id
    where not lines.is_cancelled
    group by lines.product_id, orders.customer_id, lines.order_id, lines.ordered_on

)

select targets.target_id, results.counted_on, results.customer_id, results.order_count, results.sales_base, results.won_deal_count
from targets
inner join results on targets.system || ':' || targets.subject_ref = results.employee_id
where targets.subject_kind = 'employee' and results.counted_on between targets.period_start and targets.period_end

union all

select targets.target_id, results.counted_on, results.customer_id, results.order_count, results.sales_base, results.won_deal_count
from targets
inner join results on targets.system || ':' || targets.subject_ref = results.store_id
where targets.subject_kind = 'store' and results.counted_on between targets.period_start and targets.period_end

union all

select targets.target_id, results.counted_on, results.customer_id, results.order_count, results.sales_base, results.won_deal_count
from targets
inner join results on results.department_path || ' > ' like targets.subject_ref || ' > %'
where targets.subject_kind = 'department' and results.counted_on between targets.period_start and targets.period_end

union all

select targets.target_id, results.counted_on, results.customer_id, results.order_count, results.sales_base, results.won_deal_count
from targets
inner join results on results.counted_on between targets.period_start and targets.period_end
where targets.subject_kind = 'company'

union all

select targets.target_id, orders.counted_on, orders.customer_id, 1, orders.sales_base, 0
from targets
inner join product_orders as orders on targets.system || ':' || targets.subject_ref = orders.product_id
where targets.subject_kind = 'product' and orders.counted_on between targets.period_start and targets.period_end
