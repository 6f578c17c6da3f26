-- A result counts in the employee's department and in every one above it; who has none counts in the department none.
with

employees as (

    select
        employee_id,
        coalesce(department_path, 'none') as department_path
    from {{ ref('dim_employees') }}
    union all
    select
        'none' as employee_id,
        'none' as department_path

),

levels as (

    {{ department_levels('employees', 'department_path') }}

),

results as (

    select
        levels.department_path,
        levels.level_no,
        results.*
    from {{ ref('int_employees__results') }} as results
    inner join levels on results.employee_id = levels.employee_id

),

periods as (

    {{ results_by_period('results') }}

)

select
    periods.department_path,
    periods.level_no,
    periods.period_kind,
    periods.period_on,
    count(distinct periods.employee_id) as employee_count,
    {{ results_summed('periods') }}
from periods
group by periods.department_path, periods.level_no, periods.period_kind, periods.period_on
