{{ config(materialized='view') }}

-- By the accounts that state the card and not by identity_values: a guarded card has no value there and still a holder.
select distinct
    {{ card_key('accounts.card_ref') }} as card_ref,
    links.customer_id,
    accounts.system
from {{ ref('stg_sales__customers') }} as accounts
inner join {{ ref('identity_links') }} as links
    on
        accounts.system = links.system
        and accounts.customer_ref = links.record_ref
        and links.stream = 'customers'
where
    {{ card_key('accounts.card_ref') }} is not null
    and links.customer_id is not null
