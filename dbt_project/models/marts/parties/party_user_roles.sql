{%- set roles = {
    'orders': 'ordered_by_customer_id', 'uses': 'used_by_customer_id', 'guarantees': 'guaranteed_by_customer_id'
} -%}
-- The owner is one of the roles too: owning is ownership, everything that another customer does is association.
with

users as (

    select * from {{ ref('int_parties__users') }}

),

roles as (

    select
        user_id,
        customer_id,
        'owns' as role,
        customer_id as owner_id
    from users
    {% for role, column in roles.items() -%}
    union all
    select
        user_id,
        {{ column }} as customer_id,
        '{{ role }}' as role,
        customer_id as owner_id
    from users
    {% endfor -%}
    union all
    select
        users.user_id,
        accounts.customer_id,
        'pays' as role,
        users.customer_id as owner_id
    from users
    inner join {{ ref('int_parties__accounts') }} as accounts on users.account_id = accounts.account_id

)

select
    user_id,
    customer_id,
    role,
    case when role = 'owns' then 'ownership' when customer_id <> owner_id then 'association' else 'own' end as relation
from roles
where customer_id is not null
