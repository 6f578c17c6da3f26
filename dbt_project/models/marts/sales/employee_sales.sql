with

results as (

    select * from {{ ref('int_employees__results') }}

),

-- Persons do not add up over months, so the whole time is counted for itself.
periods as (

    {{ results_by_period('results') }}

),

summed as (

    select
        periods.employee_id,
        periods.period_kind,
        periods.period_on,
        {{ results_summed('periods') }}
    from periods
    group by periods.employee_id, periods.period_kind, periods.period_on

)

select
    summed.employee_id,
    employees.employee_name,
    employees.department_path,
    summed.period_kind,
    summed.period_on,
    summed.customer_count,
    summed.order_count,
    summed.unlinked_order_count,
    summed.sales_base,
    cast(summed.sales_base / nullif(summed.order_count, 0) as decimal(18, 4)) as sales_per_order_base,
    summed.opened_deal_count,
    summed.won_deal_count,
    summed.lost_deal_count,
    summed.win_rate,
    summed.won_amount_base,
    summed.ticket_count
from summed
left join {{ ref('dim_employees') }} as employees on summed.employee_id = employees.employee_id
