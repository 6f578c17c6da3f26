with latest as (

    {{ latest_version('leads') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'created_at') }} as created_on,
        {{ local_on('latest', 'converted_at') }} as converted_on
    from latest
    {{ local_days_join('latest', 'created_at') }}
    {{ local_days_join('latest', 'converted_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.lead_ref,
        dated.customer_ref,
        dated.opportunity_ref,
        dated.campaign_ref,
        dated.employee_ref,

        -- text
        dated.name,
        dated.email,
        {{ email_norm('dated.email') }} as email_norm,
        dated.phone,
        {{ phone_norm('dated.phone', 'dated._zone') }} as phone_norm,
        dated.company_name,
        {{ corrected('leads', 'source_channel', 'dated') }} as source_channel,
        {{ corrected('leads', 'status', 'dated') }} as status,

        -- times
        dated.created_at,
        dated.created_on,
        dated.converted_at,
        dated.converted_on,
        dated.updated_at,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    where dated.created_on <= {{ as_of() }}

)

select * from final
