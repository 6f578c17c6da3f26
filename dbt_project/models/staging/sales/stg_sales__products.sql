with latest as (

    {{ latest_version('products') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

final as (

    select
        -- ids
        latest._system as system,
        latest.product_ref,
        latest.ladder_ref,

        -- text
        latest.name,
        {{ corrected('products', 'category_path', 'latest') }} as category_path,
        {{ corrected('products', 'brand', 'latest') }} as brand,
        upper(trim(latest.currency)) as currency,

        -- numbers
        latest.ladder_rank,

        -- amounts
        latest.list_price,
        {{ to_base('latest.list_price', 'upper(trim(latest.currency))') }} as list_price_base,
        latest.unit_cost,
        {{ to_base('latest.unit_cost', 'upper(trim(latest.currency))') }} as unit_cost_base,

        -- times
        latest.launched_on,
        latest.discontinued_on,
        latest.updated_at,

        -- lineage
        latest._delivery_id,
        latest._extra,
        latest._delivered_rows,
        latest._duplicate_rows,
        latest._conflicting_rows
    from latest
    left join fx on upper(trim(latest.currency)) = fx.currency and {{ as_of() }} = fx.rate_on

)

select * from final
