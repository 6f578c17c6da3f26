with latest as (

    {{ latest_version('contacts') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'started_at') }} as started_on
    from latest
    {{ local_days_join('latest', 'started_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.contact_ref,
        dated.customer_ref,
        dated.ticket_ref,
        dated.employee_ref,

        -- text
        dated.email,
        {{ email_norm('dated.email') }} as email_norm,
        dated.phone,
        {{ phone_norm('dated.phone', 'dated._zone') }} as phone_norm,
        {{ corrected('contacts', 'channel', 'dated') }} as channel,
        dated.direction,
        {{ corrected('contacts', 'topic', 'dated') }} as topic,

        -- numbers
        dated.duration_seconds,

        -- times
        dated.started_at,
        dated.started_on,
        dated.updated_at,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    where dated.started_on <= {{ as_of() }}

)

select * from final
