with latest as (

    {{ latest_version('orders') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'ordered_at') }} as ordered_on
    from latest
    {{ local_days_join('latest', 'ordered_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.order_ref,
        dated.customer_ref,
        dated.card_ref,
        dated.visitor_ref,
        {{ corrected('orders', 'store_ref', 'dated') }} as store_ref,
        {{ corrected('orders', 'employee_ref', 'dated') }} as employee_ref,
        dated.coupon_ref,
        dated.campaign_ref,

        -- text
        dated.email,
        {{ email_norm('dated.email') }} as email_norm,
        dated.phone,
        {{ phone_norm('dated.phone', 'dated._zone') }} as phone_norm,
        {{ corrected('orders', 'channel', 'dated') }} as channel,
        {{ corrected('orders', 'payment_method', 'dated') }} as payment_method,
        upper(trim(dated.currency)) as currency,
        dated.status,

        -- amounts
        dated.discount_amount,
        {{ to_base('dated.discount_amount', 'upper(trim(dated.currency))') }} as discount_amount_base,
        dated.shipping_amount,
        {{ to_base('dated.shipping_amount', 'upper(trim(dated.currency))') }} as shipping_amount_base,
        dated.tax_amount,
        {{ to_base('dated.tax_amount', 'upper(trim(dated.currency))') }} as tax_amount_base,
        dated.total_amount,
        {{ to_base('dated.total_amount', 'upper(trim(dated.currency))') }} as total_amount_base,

        -- times
        dated.ordered_at,
        dated.ordered_on,
        dated.updated_at,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    left join fx on upper(trim(dated.currency)) = fx.currency and dated.ordered_on = fx.rate_on
    where dated.ordered_on <= {{ as_of() }}

)

select * from final
