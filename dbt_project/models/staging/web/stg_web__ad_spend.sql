with latest as (

    {{ latest_version('ad_spend') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

final as (

    select
        -- ids
        latest._system as system,
        latest.campaign_ref,

        -- text
        latest.utm_source,
        latest.utm_medium,
        latest.utm_campaign,
        upper(trim(latest.currency)) as currency,

        -- numbers
        latest.impressions,
        latest.clicks,

        -- amounts
        latest.cost_amount,
        {{ to_base('latest.cost_amount', 'upper(trim(latest.currency))') }} as cost_amount_base,

        -- times
        latest.spend_on,
        latest.updated_at,

        -- lineage
        latest._delivery_id,
        latest._extra,
        latest._delivered_rows,
        latest._duplicate_rows,
        latest._conflicting_rows
    from latest
    left join fx on upper(trim(latest.currency)) = fx.currency and latest.spend_on = fx.rate_on
    where latest.spend_on <= {{ as_of() }}

)

select * from final
