-- Numbers follow the text order of point_id, so that the smallest number of a cluster is its smallest key.
with

records as (

    select * from {{ ref('identity_records') }}

),

details as (

    select * from {{ ref('identity_details') }}

),

statements as (

    select * from {{ ref('identity_statements') }}

),

buyers as (

    select distinct buyer_point from statements where buyer_point is not null

),

points as (

    select
        records.point_id,
        records.stream,
        records.email_norm,
        records.phone_norm,
        records.card_norm,
        records.union_ref,
        records.account_key,
        records.visitor_key,
        records.guard_reason
    from records
    where records.stream <> 'orders'

    union all

    select
        records.point_id,
        min(records.stream) as stream,
        min(records.email_norm) as email_norm,
        min(records.phone_norm) as phone_norm,
        min(records.card_norm) as card_norm,
        null as union_ref,
        null as account_key,
        min(records.visitor_key) as visitor_key,
        null as guard_reason
    from records
    where records.stream = 'orders'
    group by records.point_id

    union all

    select
        point_id,
        'statements' as stream,
        email_norm,
        phone_norm,
        null as card_norm,
        null as union_ref,
        account_key,
        null as visitor_key,
        null as guard_reason
    from statements

),

mailboxes as (

    select
        details.point_id,
        details.given_norm,
        details.given_forms,
        {{ mailbox_name('points.email_norm', 'details.family_norm') }} as mailbox_name
    from details
    inner join points on details.point_id = points.point_id

),

-- Where a record has an initial or a short form, its own mailbox often bears the whole name.
whole_names as (

    select
        point_id,
        mailbox_name
    from mailboxes
    where {{ is_whole_name('mailbox_name', 'given_norm', 'given_forms') }}

)

select
    points.*,
    coalesce(statements.buyer_point, buyers.buyer_point) as buyer_key,
    details.subject,
    coalesce(whole_names.mailbox_name, details.given_norm) as given_norm,
    coalesce('|' || whole_names.mailbox_name || '|', details.given_forms) as given_forms,
    details.family_norm,
    details.company_norm,
    details.tax_norm,
    details.birth_text,
    details.postal_norm,
    details.street_norm,
    details.city_norm,
    details.handle_norm,
    row_number() over (order by points.point_id) as point_no
from points
left join details on points.point_id = details.point_id
left join whole_names on points.point_id = whole_names.point_id
left join statements on points.point_id = statements.point_id
left join buyers on points.point_id = buyers.buyer_point
