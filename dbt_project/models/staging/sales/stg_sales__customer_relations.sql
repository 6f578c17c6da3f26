with latest as (

    {{ latest_version('customer_relations') }}

),

final as (

    select
        -- ids
        latest._system as system,
        latest.from_customer_ref,
        latest.to_customer_ref,

        -- text
        latest.relation_kind,

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

)

select * from final
