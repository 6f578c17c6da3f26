with latest as (

    {{ latest_version('opportunities') }}

),

fx as (

    select * from {{ ref('stg_reference__fx_daily') }}

),

dated as (

    select
        latest.*,
        {{ local_on('latest', 'created_at') }} as created_on,
        {{ local_on('latest', 'closed_at') }} as closed_on
    from latest
    {{ local_days_join('latest', 'created_at') }}
    {{ local_days_join('latest', 'closed_at') }}

),

final as (

    select
        -- ids
        dated._system as system,
        dated.opportunity_ref,
        dated.customer_ref,
        dated.lead_ref,
        dated.employee_ref,
        {{ corrected('opportunities', 'product_ref', 'dated') }} as product_ref,
        dated.campaign_ref,

        -- text
        {{ corrected('opportunities', 'channel', 'dated') }} as channel,
        {{ corrected('opportunities', 'stage', 'dated') }} as stage,
        dated.outcome,
        upper(trim(dated.currency)) as currency,
        {{ corrected('opportunities', 'lost_reason', 'dated') }} as lost_reason,

        -- amounts
        dated.amount,
        {{ to_base('dated.amount', 'upper(trim(dated.currency))') }} as amount_base,

        -- times
        dated.created_at,
        dated.created_on,
        dated.expected_close_on,
        dated.closed_at,
        dated.closed_on,
        dated.updated_at,

        -- lineage
        dated._delivery_id,
        dated._extra,
        dated._delivered_rows,
        dated._duplicate_rows,
        dated._conflicting_rows
    from dated
    left join fx
        on
            upper(trim(dated.currency)) = fx.currency
            -- A deal that closes after as_of is still open, so its day of closing is not known yet.
            and coalesce(case when dated.closed_on <= {{ as_of() }} then dated.closed_on end, dated.created_on) = fx.rate_on
    where dated.created_on <= {{ as_of() }} or dated.created_on is null

)

select * from final
