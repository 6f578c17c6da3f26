-- What the relation stream states, and what accounts state of their parent and of who referred them.
with

stated as (

    select
        system,
        from_customer_ref,
        to_customer_ref,
        relation_kind,
        starts_on,
        ends_on
    from {{ ref('stg_sales__customer_relations') }}
    where starts_on <= {{ as_of() }} or starts_on is null
    union all
    select
        system,
        customer_ref,
        parent_customer_ref,
        'belongs_to',
        created_on,
        null
    from {{ ref('stg_sales__customers') }}
    where parent_customer_ref is not null
    union all
    select
        system,
        customer_ref,
        referred_by_ref,
        'referral',
        created_on,
        null
    from {{ ref('stg_sales__customers') }}
    where referred_by_ref is not null

),

known as (

    select value, customer_id from {{ ref('identity_values') }} where kind = 'account'

)

select
    stated.system,
    stated.from_customer_ref,
    stated.to_customer_ref,
    stated.relation_kind,
    stated.starts_on,
    max(case when stated.ends_on <= {{ as_of() }} then stated.ends_on end) as ends_on,
    min(from_known.customer_id) as from_customer_id,
    min(to_known.customer_id) as to_customer_id,
    bool_and(stated.ends_on is null or stated.ends_on > {{ as_of() }}) as is_current
from stated
left join known as from_known on stated.system || ':' || stated.from_customer_ref = from_known.value
left join known as to_known on stated.system || ':' || stated.to_customer_ref = to_known.value
group by stated.system, stated.from_customer_ref, stated.to_customer_ref, stated.relation_kind, stated.starts_on
