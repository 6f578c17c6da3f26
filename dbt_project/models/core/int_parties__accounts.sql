with

known as (

    select value, customer_id from {{ ref('identity_values') }} where kind = 'account'

)

select
    {{ member_key('accounts', 'account_ref') }} as account_id,
    accounts.system,
    known.customer_id,
    coalesce(accounts.is_default, false) as is_default,
    accounts.status,
    accounts.currency,
    accounts.opened_on,
    case when accounts.closed_on <= {{ as_of() }} then accounts.closed_on end as closed_on
from {{ ref('stg_sales__billing_accounts') }} as accounts
left join known on accounts.system || ':' || accounts.customer_ref = known.value
where accounts.opened_on <= {{ as_of() }} or accounts.opened_on is null
