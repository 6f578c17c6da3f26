with latest as (

    {{ latest_version('engagements') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'occurred_at') }} as occurred_on
    from latest
    {{ local_days_join('latest', 'occurred_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.engagement_ref,
        dated.profile_ref,
        dated.post_ref,
        dated.product_ref,
        dated.campaign_ref,

        -- text
        dated.engagement_kind,
        dated.text,
        dated.language,

        -- times
        dated.occurred_at,
        dated.occurred_on,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    where dated.occurred_on <= {{ as_of() }}

)

select * from final
