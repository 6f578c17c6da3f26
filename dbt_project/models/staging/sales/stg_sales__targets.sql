with latest as (

    {{ latest_version('targets') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

final as (

    select
        -- ids
        latest._system as system,
        latest.subject_ref,

        -- text
        latest.subject_kind,
        latest.measure,
        upper(trim(latest.currency)) as currency,

        -- amounts
        latest.target_value,
        {{ to_base('latest.target_value', 'upper(trim(latest.currency))') }} as target_value_base,

        -- times
        latest.period_start,
        latest.period_end,
        latest.updated_at,

        -- lineage
        latest._delivery_id,
        latest._extra,
        latest._delivered_rows,
        latest._duplicate_rows,
        latest._conflicting_rows
    from latest
    left join fx on upper(trim(latest.currency)) = fx.currency and latest.period_start = fx.rate_on

)

select * from final
