-- Numbers follow the text order of point_id, so that the smallest number of a cluster is its smallest key.
with

records as (

    select * from {{ ref('identity_records') }}

),

points as (

    select
        point_id,
        stream,
        email_norm,
        phone_norm,
        card_norm,
        union_ref,
        account_key,
        visitor_key,
        guard_reason
    from records
    where stream <> 'orders'

    union all

    select
        point_id,
        min(stream) as stream,
        min(email_norm) as email_norm,
        min(phone_norm) as phone_norm,
        min(card_norm) as card_norm,
        null as union_ref,
        null as account_key,
        min(visitor_key) as visitor_key,
        null as guard_reason
    from records
    where stream = 'orders'
    group by point_id

)

select
    *,
    row_number() over (order by point_id) as point_no
from points
