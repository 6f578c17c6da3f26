with latest as (

    {{ latest_version('campaign_responses') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'responded_at') }} as responded_on
    from latest
    {{ local_days_join('latest', 'responded_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.response_ref,
        dated.campaign_ref,
        dated.contact_ref,
        dated.customer_ref,
        dated.order_ref,

        -- text
        dated.response_kind,
        dated.attitude,

        -- times
        dated.responded_at,
        dated.responded_on,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    where dated.responded_on <= {{ as_of() }}

)

select * from final
