with latest as (

    {{ latest_version('employees') }}

),

final as (

    select
        -- ids
        latest._system as system,
        latest.employee_ref,
        latest.manager_ref,
        latest.store_ref,

        -- text
        latest.name,
        {{ corrected('employees', 'department_path', 'latest') }} as department_path,
        {{ corrected('employees', 'role', 'latest') }} as role,

        -- times
        latest.hired_on,
        latest.left_on,
        latest.updated_at,

        -- lineage
        latest._delivery_id,
        latest._extra,
        latest._delivered_rows,
        latest._duplicate_rows,
        latest._conflicting_rows
    from latest

)

select * from final
