with latest as (

    {{ latest_version('customers') }}

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
        dated.customer_ref,
        dated.card_ref,
        dated.union_ref,
        dated.company_ref,
        dated.parent_customer_ref,
        dated.referred_by_ref,

        -- text
        dated.customer_kind,
        dated.name,
        dated.given_name,
        dated.family_name,
        dated.email,
        {{ email_norm('dated.email') }} as email_norm,
        dated.phone,
        {{ phone_norm('dated.phone', 'dated._zone', 'dated.country') }} as phone_norm,
        dated.gender,
        dated.street,
        {{ corrected('customers', 'city', 'dated') }} as city,
        {{ corrected('customers', 'region', 'dated') }} as region,
        dated.postal_code,
        {{ corrected('customers', 'country', 'dated') }} as country,
        dated.company_name,
        {{ corrected('customers', 'sector', 'dated') }} as sector,
        dated.occupation,
        dated.income_band,
        dated.education,
        dated.interests,
        dated.purchase_motive,
        dated.language,

        -- flags
        dated.consent_email,
        dated.consent_sms,
        dated.consent_phone,
        dated.consent_post,

        -- numbers
        dated.employee_count,
        dated.annual_revenue,

        -- times
        dated.birth_date,
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
