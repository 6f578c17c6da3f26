-- Rows of the customer view are the distinct persons of the bridge (S024), and the bridge has every account.
with

persons as (

    select count(distinct customer_id) as person_count from {{ ref('bridge_customer_identities') }}

),

customers as (

    select count(*) as person_count from {{ ref('dim_customers') }}

),

unlinked_accounts as (

    select count(*) as account_count
    from {{ ref('stg_sales__customers') }} as accounts
    left join {{ ref('bridge_customer_identities') }} as links
        on
            links.stream = 'customers'
            and accounts.system = links.system
            and accounts.customer_ref = links.record_ref
    where links.customer_id is null

)

select persons.*, customers.*, unlinked_accounts.*
from persons
cross join customers
cross join unlinked_accounts
where
    persons.person_count <> customers.person_count
    or unlinked_accounts.account_count > 0
