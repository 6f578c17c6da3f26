-- Only records that describe somebody are compared; a guest order or a device has nothing but identifiers. A guarded value
-- tells nothing, so it is left out here.
with

described as (

    select * from {{ ref('identity_points') }} where stream in ('customers', 'leads', 'profiles')

),

guarded as (

    select
        point_no,
        max(case when kind = 'email' then 1 end) as email,
        max(case when kind = 'phone' then 1 end) as phone,
        max(case when kind = 'card_ref' then 1 end) as card,
        max(case when kind = 'tax' then 1 end) as tax,
        max(case when kind = 'birth' and guard_reason = 'blocked_value' then 1 end) as birth
    from {{ ref('identity_evidence') }}
    where is_guarded
    group by point_no

)

select
    described.point_no,
    described.subject,
    described.given_norm,
    described.given_forms,
    described.family_norm,
    described.company_norm,
    case when guarded.birth is null then described.birth_text end as birth_text,
    case when guarded.email is null then described.email_norm end as email_norm,
    case when guarded.email is null then split_part(described.email_norm, '@', 1) end as email_local,
    case when guarded.phone is null then {{ phone_tail('described.phone_norm') }} end as phone_key,
    case when guarded.card is null then described.card_norm end as card_norm,
    case when guarded.tax is null then described.tax_norm end as tax_norm,
    described.union_ref,
    described.postal_norm,
    described.street_norm,
    described.city_norm,
    coalesce(described.postal_norm, described.street_norm, described.city_norm) as area_norm
from described
left join guarded on described.point_no = guarded.point_no
