-- Every identifier a row; what a guard drops stays, marked. Limits and blocked values are data (seeds).
{% set kept = ['point_no', 'guard_reason', 'email_norm', 'card_norm', 'union_ref', 'account_key', 'visitor_key', 'buyer_key', 'tax_norm',
    'birth_text', 'postal_norm', 'name_norm', 'handle_norm'] -%}
with

stated_points as (

    select
        *,
        family_norm || '|' || given_norm as name_norm,
        case when phone_norm like '0%' then substr(phone_norm, 2) else phone_norm end as phone_end
    from {{ ref('identity_points') }}

),

-- A number written without its country is the only full one that ends alike.
full_phones as (

    select
        {{ phone_tail('phone_norm') }} as phone_key,
        min(phone_norm) as phone_norm
    from stated_points
    where phone_norm like '+%'
    group by {{ phone_tail('phone_norm') }}
    having min(phone_norm) = max(phone_norm)

),

points as (

    select
        {% for column in kept %}
        stated_points.{{ column }},
        {% endfor %}
        case
            when
                stated_points.phone_norm not like '+%'
                and full_phones.phone_norm like '%' || stated_points.phone_end
                then full_phones.phone_norm
            else stated_points.phone_norm
        end as phone_norm
    from stated_points
    left join full_phones on {{ phone_tail('stated_points.phone_norm') }} = full_phones.phone_key

),

stated as (

    {% for kind, column in identity_kinds_of_points().items() %}
    select
        point_no,
        '{{ kind }}' as kind,
        {{ column }} as value,
        {{ 'null' if kind.startswith('name_') else 'guard_reason' }} as guard_reason
    from points
    where {{ column }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

limits as (

    select * from {{ ref('identity_kinds') }}

),

blocked as (

    select kind, value from {{ ref('blocked_identifiers') }} group by kind, value

),

-- Values that tell by their form that somebody had to fill in a field: noemail@…, x@x.com, 7777777777, 12345678, a blocked
-- number behind some country's code.
made_up as (

    select kind, value
    from stated
    where
        kind = 'email'
        and (
            split_part(value, '@', 1) in (select blocked.value from blocked where blocked.kind = 'email_local')
            or split_part(value, '@', 1) = split_part(split_part(value, '@', 2), '.', 1)
        )
        or kind = 'phone'
        and (
            replace({{ phone_tail('value') }}, substr({{ phone_tail('value') }}, 1, 1), '') = ''
            or strpos('01234567890', substr(value, greatest(length(value) - 7, 1))) > 0
            or {{ phone_tail('value') }} in (select {{ phone_tail('blocked.value') }} from blocked where blocked.kind = 'phone')
        )
    group by kind, value

),

-- A link to an account is a statement, not a shared value: a customer may have any number of devices.
crowded as (

    select stated.kind, stated.value
    from stated
    inner join limits on stated.kind = limits.kind
    group by stated.kind, stated.value, limits.shared_by_at_most
    having count(*) > limits.shared_by_at_most

)

select
    stated.point_no,
    stated.kind,
    stated.value,
    coalesce(stated.guard_reason, blocked.kind, made_up.kind, crowded.kind) is not null as is_guarded,
    coalesce(
        stated.guard_reason,
        case when coalesce(blocked.kind, made_up.kind) is not null then 'blocked_value' end,
        case when crowded.kind is not null then 'shared_by_many' end
    ) as guard_reason
from stated
left join blocked on stated.kind = blocked.kind and stated.value = blocked.value
left join made_up on stated.kind = made_up.kind and stated.value = made_up.value
left join crowded on stated.kind = crowded.kind and stated.value = crowded.value
