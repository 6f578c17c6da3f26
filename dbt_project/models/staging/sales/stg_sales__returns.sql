with latest as (

    {{ latest_lines('returns', 'return_ref') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'returned_at') }} as returned_on
    from latest
    {{ local_days_join('latest', 'returned_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.return_ref,
        dated.line_ref,
        dated.order_ref,
        dated.customer_ref,
        dated.card_ref,
        dated.store_ref,
        {{ corrected('returns', 'product_ref', 'dated') }} as product_ref,

        -- text
        dated.description,
        upper(trim(dated.currency)) as currency,
        {{ corrected('returns', 'reason', 'dated') }} as reason,

        -- numbers
        dated.quantity,
        dated.line_occurrence,

        -- amounts
        dated.amount,
        {{ to_base('dated.amount', 'upper(trim(dated.currency))') }} as amount_base,

        -- times
        dated.returned_at,
        dated.returned_on,
        dated.updated_at,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    left join fx on upper(trim(dated.currency)) = fx.currency and dated.returned_on = fx.rate_on
    where dated.returned_on <= {{ as_of() }}

)

select * from final
