-- What people of one home have in common: street, postal code and family name, a phone that both state, or kinship that is stated.
with

people as (

    select *
    from {{ ref('int_customers__survivors') }}
    where coalesce(customer_kind, 'individual') <> 'group'

),

kin as (

    select
        from_customer_id,
        to_customer_id,
        least(from_customer_id, to_customer_id) || '>' || greatest(from_customer_id, to_customer_id) as pair
    from {{ ref('int_parties__relations') }}
    where relation_kind = 'kinship' and is_current and from_customer_id <> to_customer_id

)

select
    customer_id,
    'address_and_surname' as kind,
    lower(replace(postal_code, ' ', '')) || '|' || lower(trim(street)) || '|' || lower(trim(family_name)) as value
from people
where postal_code is not null and street is not null and family_name is not null
union
select contest.customer_id, 'phone' as kind, contest.value
from {{ ref('int_customers__contest') }} as contest
inner join people on contest.customer_id = people.customer_id
where contest.unit = 'phone'
union
select from_customer_id as customer_id, 'kinship' as kind, pair as value
from kin
union
select to_customer_id as customer_id, 'kinship' as kind, pair as value
from kin
