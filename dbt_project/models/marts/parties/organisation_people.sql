-- Who stands to which company how: by a stated relation, or by naming the company as the company names itself.
with

organisations as (

    select customer_id, lower(trim(company_name)) as company_key
    from {{ ref('dim_customers') }}
    where customer_kind = 'group'

),

people as (

    select customer_id, lower(trim(company_name)) as company_key
    from {{ ref('dim_customers') }}
    where coalesce(customer_kind, 'individual') <> 'group'

),

single as (

    select company_key, min(customer_id) as organisation_id
    from organisations
    where company_key is not null
    group by company_key
    having count(*) = 1

),

ends as (

    select from_customer_id as person_id, to_customer_id as organisation_id, relation_kind
    from {{ ref('int_parties__relations') }}
    where is_current
    union
    select to_customer_id as person_id, from_customer_id as organisation_id, relation_kind
    from {{ ref('int_parties__relations') }}
    where is_current

),

found as (

    select ends.organisation_id, ends.person_id, ends.relation_kind as relation
    from ends
    inner join organisations on ends.organisation_id = organisations.customer_id
    inner join people on ends.person_id = people.customer_id
    union
    select single.organisation_id, people.customer_id as person_id, 'names_company' as relation
    from people
    inner join single on people.company_key = single.company_key

)

select
    organisation_id as organisation_customer_id,
    person_id as person_customer_id,
    relation
from found
