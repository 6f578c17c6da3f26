with latest as (

    {{ latest_version('campaign_contacts') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'sent_at') }} as sent_on
    from latest
    {{ local_days_join('latest', 'sent_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.contact_ref,
        dated.campaign_ref,
        dated.customer_ref,

        -- text
        dated.email,
        {{ email_norm('dated.email') }} as email_norm,
        dated.phone,
        {{ phone_norm('dated.phone', 'dated._zone') }} as phone_norm,
        dated.arm,
        {{ corrected('campaign_contacts', 'channel', 'dated') }} as channel,
        upper(trim(dated.currency)) as currency,

        -- numbers
        dated.step,

        -- amounts
        dated.cost_amount,
        {{ to_base('dated.cost_amount', 'upper(trim(dated.currency))') }} as cost_amount_base,

        -- times
        dated.sent_at,
        dated.sent_on,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    left join fx on upper(trim(dated.currency)) = fx.currency and dated.sent_on = fx.rate_on
    where dated.sent_on <= {{ as_of() }}

)

select * from final
