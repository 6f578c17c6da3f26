with latest as (

    {{ latest_version('subscriptions') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'started_at') }} as started_on,
        {{ local_on('latest', 'ended_at') }} as ended_on
    from latest
    {{ local_days_join('latest', 'started_at') }}
    {{ local_days_join('latest', 'ended_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.subscription_ref,
        dated.customer_ref,
        dated.ordered_by_ref,
        dated.used_by_ref,
        dated.guaranteed_by_ref,
        dated.account_ref,
        {{ corrected('subscriptions', 'product_ref', 'dated') }} as product_ref,
        dated.resource_ref,

        -- text
        dated.brand,
        dated.user_group,
        dated.tariff,
        dated.service_level,
        dated.payment_method,
        dated.resource_kind,
        upper(trim(dated.currency)) as currency,
        {{ corrected('subscriptions', 'status', 'dated') }} as status,
        dated.cancel_reason,

        -- amounts
        dated.credit_limit,
        {{ to_base('dated.credit_limit', 'upper(trim(dated.currency))') }} as credit_limit_base,
        dated.monthly_amount,
        {{ to_base('dated.monthly_amount', 'upper(trim(dated.currency))') }} as monthly_amount_base,

        -- times
        dated.started_at,
        dated.started_on,
        dated.ended_at,
        dated.ended_on,
        dated.updated_at,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    left join fx on upper(trim(dated.currency)) = fx.currency and dated.started_on = fx.rate_on
    where dated.started_on <= {{ as_of() }}

)

select * from final
