with latest as (

    {{ latest_version('opportunity_stages') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'entered_at') }} as entered_on
    from latest
    {{ local_days_join('latest', 'entered_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.opportunity_ref,
        dated.employee_ref,

        -- text
        dated.stage,

        -- times
        dated.entered_at,
        dated.entered_on,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    where dated.entered_on <= {{ as_of() }}

)

select * from final
