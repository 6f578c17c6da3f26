with latest as (

    {{ latest_version('activities') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'happened_at') }} as happened_on
    from latest
    {{ local_days_join('latest', 'happened_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.activity_ref,
        dated.customer_ref,
        dated.lead_ref,
        dated.opportunity_ref,
        dated.employee_ref,

        -- text
        {{ corrected('activities', 'activity_kind', 'dated') }} as activity_kind,
        {{ corrected('activities', 'outcome', 'dated') }} as outcome,
        upper(trim(dated.currency)) as currency,

        -- numbers
        dated.duration_seconds,

        -- amounts
        dated.cost_amount,
        {{ to_base('dated.cost_amount', 'upper(trim(dated.currency))') }} as cost_amount_base,

        -- times
        dated.happened_at,
        dated.happened_on,
        dated.updated_at,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    left join fx on upper(trim(dated.currency)) = fx.currency and dated.happened_on = fx.rate_on
    where dated.happened_on <= {{ as_of() }}

)

select * from final
