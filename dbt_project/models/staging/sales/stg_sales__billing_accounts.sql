with latest as (

    {{ latest_version('billing_accounts') }}

),

final as (

    select
        -- ids
        latest._system as system,
        latest.account_ref,
        latest.customer_ref,

        -- text
        latest.status,
        upper(trim(latest.currency)) as currency,

        -- flags
        latest.is_default,

        -- times
        latest.opened_on,
        latest.closed_on,
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
