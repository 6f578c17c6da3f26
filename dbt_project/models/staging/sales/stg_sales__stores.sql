with latest as (

    {{ latest_version('stores') }}

),

final as (

    select
        -- ids
        latest._system as system,
        latest.store_ref,

        -- text
        latest.name,
        {{ corrected('stores', 'city', 'latest') }} as city,
        {{ corrected('stores', 'region', 'latest') }} as region,
        {{ corrected('stores', 'country', 'latest') }} as country,
        latest.timezone,

        -- times
        latest.opened_on,
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
