with latest as (

    {{ latest_version('fx_rates') }}

),

final as (

    select
        -- ids
        latest._system as system,

        -- text
        latest.currency,
        latest.base_currency,

        -- numbers
        latest.rate,

        -- times
        latest.valid_on,
        latest.updated_at,

        -- lineage
        latest._delivery_id,
        latest._extra,
        latest._delivered_rows,
        latest._duplicate_rows,
        latest._conflicting_rows
    from latest

)

select * from final
