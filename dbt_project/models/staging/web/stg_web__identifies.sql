with latest as (

    {{ latest_version('identifies') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'identified_at') }} as identified_on
    from latest
    {{ local_days_join('latest', 'identified_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.visitor_ref,
        dated.user_ref,

        -- text
        dated.email,
        {{ email_norm('dated.email') }} as email_norm,
        dated.phone,
        {{ phone_norm('dated.phone', 'dated._zone') }} as phone_norm,

        -- times
        dated.identified_at,
        dated.identified_on,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    where dated.identified_on <= {{ as_of() }}

)

select * from final
