{%- set shared_by_more_than = 20 -%}
with

points as (

    select * from {{ ref('identity_points') }}

),

stated as (

    select
        point_no,
        'email' as kind,
        email_norm as value,
        guard_reason
    from points where email_norm is not null
    union all
    select
        point_no,
        'phone' as kind,
        phone_norm as value,
        guard_reason
    from points where phone_norm is not null
    union all
    select
        point_no,
        'card_ref' as kind,
        card_norm as value,
        guard_reason
    from points where card_norm is not null
    union all
    select
        point_no,
        'union' as kind,
        union_ref as value,
        guard_reason
    from points where union_ref is not null
    union all
    select
        point_no,
        'account' as kind,
        account_key as value,
        guard_reason
    from points
    where account_key is not null
    union all
    select
        point_no,
        'visitor' as kind,
        visitor_key as value,
        guard_reason
    from points
    where visitor_key is not null

),

blocked as (

    select
        kind,
        value
    from {{ ref('blocked_identifiers') }}
    group by kind, value

),

-- A link to an account is a statement, not a shared value: a customer may have any number of devices.
crowded as (

    select
        kind,
        value
    from stated
    where kind <> 'account'
    group by kind, value
    having count(*) > {{ shared_by_more_than }}

)

select
    stated.point_no,
    stated.kind,
    stated.value,
    coalesce(stated.guard_reason, blocked.kind, crowded.kind) is not null as is_guarded,
    coalesce(
        stated.guard_reason,
        case when blocked.kind is not null then 'blocked_value' end,
        case when crowded.kind is not null then 'shared_by_many' end
    ) as guard_reason
from stated
left join blocked on stated.kind = blocked.kind and stated.value = blocked.value
left join crowded on stated.kind = crowded.kind and stated.value = crowded.value
