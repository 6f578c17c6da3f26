with latest as (

    {{ latest_version('campaigns') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

final as (

    select
        -- ids
        latest._system as system,
        latest.campaign_ref,
        latest.product_ref,

        -- text
        latest.name,
        latest.campaign_kind,
        {{ corrected('campaigns', 'channel', 'latest') }} as channel,
        latest.offer,
        upper(trim(latest.currency)) as currency,

        -- flags
        latest.has_control,

        -- amounts
        latest.fixed_cost,
        {{ to_base('latest.fixed_cost', 'upper(trim(latest.currency))') }} as fixed_cost_base,

        -- times
        latest.starts_on,
        latest.ends_on,
        latest.updated_at,

        -- lineage
        latest._delivery_id,
        latest._extra,
        latest._delivered_rows,
        latest._duplicate_rows,
        latest._conflicting_rows
    from latest
    left join fx on upper(trim(latest.currency)) = fx.currency and latest.starts_on = fx.rate_on

)

select * from final
