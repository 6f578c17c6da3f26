with latest as (

    {{ latest_version('tickets') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'opened_at') }} as opened_on,
        {{ local_on('latest', 'first_answered_at') }} as first_answered_on,
        {{ local_on('latest', 'resolved_at') }} as resolved_on
    from latest
    {{ local_days_join('latest', 'opened_at') }}
    {{ local_days_join('latest', 'first_answered_at') }}
    {{ local_days_join('latest', 'resolved_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.ticket_ref,
        dated.customer_ref,
        dated.order_ref,
        {{ corrected('tickets', 'product_ref', 'dated') }} as product_ref,
        dated.employee_ref,

        -- text
        dated.email,
        {{ email_norm('dated.email') }} as email_norm,
        dated.phone,
        {{ phone_norm('dated.phone', 'dated._zone') }} as phone_norm,
        dated.ticket_kind,
        dated.priority,
        {{ corrected('tickets', 'channel', 'dated') }} as channel,
        {{ corrected('tickets', 'status', 'dated') }} as status,
        dated.subject,
        dated.text,
        dated.language,
        upper(trim(dated.currency)) as currency,

        -- numbers
        dated.satisfaction_score,
        dated.reopened_count,

        -- amounts
        dated.handling_cost,
        {{ to_base('dated.handling_cost', 'upper(trim(dated.currency))') }} as handling_cost_base,

        -- times
        dated.opened_at,
        dated.opened_on,
        dated.first_answered_at,
        dated.first_answered_on,
        dated.resolved_at,
        dated.resolved_on,
        dated.updated_at,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    left join fx on upper(trim(dated.currency)) = fx.currency and dated.opened_on = fx.rate_on
    where dated.opened_on <= {{ as_of() }}

)

select * from final
