with latest as (

    {{ latest_version('surveys') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'answered_at') }} as answered_on
    from latest
    {{ local_days_join('latest', 'answered_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.response_ref,
        dated.customer_ref,
        dated.order_ref,
        dated.ticket_ref,

        -- text
        dated.survey_kind,
        dated.item,
        dated.email,
        {{ email_norm('dated.email') }} as email_norm,
        dated.comment,
        dated.language,

        -- numbers
        dated.score,
        dated.scale_min,
        dated.scale_max,

        -- times
        dated.answered_at,
        dated.answered_on,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    where dated.answered_on <= {{ as_of() }}

)

select * from final
