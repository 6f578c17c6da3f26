-- A click stream or a service desk has no accounts of its own: its customer numbers are those of another system.
with

accounts as (

    select system, customer_ref from {{ ref('stg_sales__customers') }}

),

mentions as (

    select system, customer_ref from {{ ref('stg_sales__orders') }}
    union all
    select system, customer_ref from {{ ref('stg_sales__returns') }}
    union all
    select system, customer_ref from {{ ref('stg_sales__leads') }}
    union all
    select system, customer_ref from {{ ref('stg_sales__opportunities') }}
    union all
    select system, customer_ref from {{ ref('stg_sales__contracts') }}
    union all
    select system, customer_ref from {{ ref('stg_sales__subscriptions') }}
    union all
    select system, customer_ref from {{ ref('stg_sales__activities') }}
    union all
    select system, customer_ref from {{ ref('stg_social__profiles') }}
    union all
    select system, user_ref as customer_ref from {{ ref('stg_web__identifies') }}
    union all
    select system, customer_ref from {{ ref('stg_service__contacts') }}
    union all
    select system, customer_ref from {{ ref('stg_service__tickets') }}
    union all
    select system, customer_ref from {{ ref('stg_service__surveys') }}
    union all
    select system, customer_ref from {{ ref('stg_campaigns__campaign_contacts') }}
    union all
    select system, customer_ref from {{ ref('stg_campaigns__campaign_responses') }}

),

strangers as (

    select system, customer_ref
    from mentions
    where
        customer_ref is not null
        and mentions.system not in (select accounts.system from accounts)
    group by system, customer_ref

),

known_by as (

    select strangers.system, accounts.system as account_system, count(*) as known_count
    from strangers
    inner join accounts on strangers.customer_ref = accounts.customer_ref
    group by strangers.system, accounts.system

),

asked as (

    select system, count(*) as mention_count from strangers group by system

),

best as (

    select known_by.system, known_by.account_system
    from known_by
    inner join asked on known_by.system = asked.system
    where known_by.known_count * 2 > asked.mention_count
    qualify row_number() over (
        partition by known_by.system order by known_by.known_count desc, known_by.account_system asc
    ) = 1

),

systems as (

    select distinct system from mentions

)

select systems.system, coalesce(best.account_system, systems.system) as account_system
from systems
left join best on systems.system = best.system
