with latest as (

    {{ latest_version('product_constraints') }}

),

final as (

    select
        -- ids
        latest._system as system,
        latest.product_ref,
        latest.other_product_ref,

        -- text
        latest.constraint_kind,

        -- times
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
