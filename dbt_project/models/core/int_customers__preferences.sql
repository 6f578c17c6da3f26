with

accounts as (

    select
        links.customer_id,
        accounts.interests,
        accounts.purchase_motive,
        accounts.created_on,
        row_number() over (
            partition by links.customer_id
            order by coalesce(accounts.updated_at, accounts.created_at) nulls first, accounts.system, accounts.customer_ref
        ) as recency_no
    from {{ ref('stg_sales__customers') }} as accounts
    inner join {{ ref('identity_links') }} as links
        on
            accounts.system = links.system
            and accounts.customer_ref = links.record_ref
    where links.stream = 'customers'

)

select
    customer_id,
    case when count(created_on) = count(*) then min(created_on) end as first_account_on,
    {{ newest('interests', 'recency_no') }} as interests,
    {{ newest('purchase_motive', 'recency_no') }} as purchase_motive
from accounts
where customer_id is not null
group by customer_id
