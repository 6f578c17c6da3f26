with latest as (

    {{ latest_version('profiles') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'created_at') }} as created_on
    from latest
    {{ local_days_join('latest', 'created_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.profile_ref,
        dated.union_ref,
        dated.customer_ref,

        -- text
        {{ corrected('profiles', 'platform', 'dated') }} as platform,
        dated.handle,
        dated.display_name,
        dated.email,
        {{ email_norm('dated.email') }} as email_norm,
        dated.phone,
        {{ phone_norm('dated.phone', 'dated._zone') }} as phone_norm,
        dated.language,
        {{ corrected('profiles', 'city', 'dated') }} as city,

        -- numbers
        dated.follower_count,

        -- times
        dated.created_at,
        dated.created_on,
        dated.updated_at,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    where dated.created_on <= {{ as_of() }} or dated.created_on is null

)

select * from final
