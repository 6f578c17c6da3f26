-- Employees that sold or served but were never delivered stand here too, without a name (F-60).
with

employees as (

    select * from {{ ref('stg_sales__employees') }}

),

used as (

    select
        system,
        employee_ref
    from {{ ref('stg_sales__orders') }} where employee_ref is not null
    union
    select
        system,
        employee_ref
    from {{ ref('stg_sales__opportunities') }} where employee_ref is not null
    union
    select
        system,
        employee_ref
    from {{ ref('stg_service__tickets') }} where employee_ref is not null
    union
    select
        system,
        employee_ref
    from {{ ref('stg_service__contacts') }} where employee_ref is not null

)

select
    {{ member_key('employees', 'employee_ref') }} as employee_id,
    employees.system,
    employees.employee_ref,
    employees.name as employee_name,
    employees.department_path,
    {{ member_key('employees', 'manager_ref') }} as manager_id,
    {{ member_key('employees', 'store_ref') }} as store_id,
    employees.role,
    employees.hired_on,
    employees.left_on,
    false as is_inferred
from employees

union all

select
    {{ member_key('used', 'employee_ref') }} as employee_id,
    used.system,
    used.employee_ref,
    null as employee_name,
    null as department_path,
    null as manager_id,
    null as store_id,
    null as role,
    null as hired_on,
    null as left_on,
    true as is_inferred
from used
left join employees
    on
        used.system = employees.system
        and used.employee_ref = employees.employee_ref
where employees.employee_ref is null
