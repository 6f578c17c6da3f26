with latest as (

    {{ latest_version('contracts') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'signed_at') }} as signed_on
    from latest
    {{ local_days_join('latest', 'signed_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.contract_ref,
        dated.customer_ref,
        dated.opportunity_ref,
        dated.renews_contract_ref,

        -- text
        {{ corrected('contracts', 'status', 'dated') }} as status,
        upper(trim(dated.currency)) as currency,

        -- amounts
        dated.amount,
        {{ to_base('dated.amount', 'upper(trim(dated.currency))') }} as amount_base,

        -- times
        dated.signed_at,
        dated.signed_on,
        dated.starts_on,
        dated.ends_on,
        dated.updated_at,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    left join fx on upper(trim(dated.currency)) = fx.currency and coalesce(dated.signed_on, dated.starts_on) = fx.rate_on
    where dated.signed_on <= {{ as_of() }} or dated.signed_on is null

)

select * from final
