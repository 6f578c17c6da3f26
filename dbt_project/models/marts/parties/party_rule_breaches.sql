-- Each arm is one rule of the three-party model; what it selects breaks the rule.
with

users as (

    select * from {{ ref('int_parties__users') }}

),

relations as (

    select * from {{ ref('int_parties__relations') }}

),

held as (

    select
        users.user_id,
        users.customer_id,
        constraints.constraint_kind,
        constraints.other_product_id,
        count(others.user_id) as other_count
    from users
    inner join {{ ref('int_product_constraints') }} as constraints on users.product_id = constraints.product_id
    left join users as others
        on
            users.customer_id = others.customer_id
            and constraints.other_product_id = others.product_id
            and users.user_id <> others.user_id
            and users.started_on <= coalesce(others.ended_on, {{ as_of() }})
            and others.started_on <= coalesce(users.ended_on, {{ as_of() }})
    group by users.user_id, users.customer_id, constraints.constraint_kind, constraints.other_product_id

),

defaults as (

    select customer_id, count(*) filter (where is_default) as default_count
    from {{ ref('int_parties__accounts') }}
    where customer_id is not null
    group by customer_id

),

breaches as (

    select
        1 as rule_no, 'one_identifier' as rule, system || ':' || record_ref as subject, max(customer_id) as customer_id, null as detail
    from {{ ref('identity_links') }}
    where stream = 'customers'
    group by system, record_ref
    having count(*) <> 1 or count(customer_id) <> 1
    union all
    select 1, 'one_coding_rule', customer_id as subject, customer_id, null
    from {{ ref('dim_customers') }}
    where not regexp_matches(customer_id, '^c_[0-9a-z]+$')
    union all
    select
        2, 'relation_of_unknown_customer', system || ':' || from_customer_ref || ' > ' || to_customer_ref,
        coalesce(from_customer_id, to_customer_id), relation_kind
    from relations
    where from_customer_id is null or to_customer_id is null
    union all
    select 2, 'relation_with_oneself', system || ':' || from_customer_ref, from_customer_id, relation_kind
    from relations
    where from_customer_ref = to_customer_ref
    union all
    select 2, 'belonging_in_a_cycle', customer_id as subject, customer_id, cycle_id
    from {{ ref('organisation_tree') }}
    where is_in_cycle
    union all
    select 2, 'several_parents', customer_id as subject, customer_id, cast(stated_parent_count as varchar)
    from {{ ref('organisation_tree') }}
    where stated_parent_count > 1
    union all
    select 3, 'orderer_unknown', user_id, customer_id, null
    from users
    where customer_id is not null and ordered_by_customer_id is null
    union all
    select
        4, case constraint_kind when 'excludes' then 'exclusion' when 'requires' then 'dependency' else 'bundle' end || '_broken',
        user_id, customer_id, other_product_id
    from held
    where (constraint_kind = 'excludes') = (other_count > 0)
    union all
    select 5, 'brand_not_of_product', users.user_id, users.customer_id, users.brand
    from users
    inner join {{ ref('dim_products') }} as products on users.product_id = products.product_id
    where users.brand <> products.brand
    union all
    select 6, 'user_without_owner', user_id, null, null
    from users
    where customer_id is null
    union all
    select 7, 'account_unknown', users.user_id, users.customer_id, users.account_id
    from users
    left join {{ ref('int_parties__accounts') }} as accounts on users.account_id = accounts.account_id
    where accounts.customer_id is null
    union all
    select 7, 'no_default_account', customer_id as subject, customer_id, null
    from defaults
    where default_count = 0

)

select
    rule_no,
    rule,
    subject,
    customer_id,
    detail
from breaches
