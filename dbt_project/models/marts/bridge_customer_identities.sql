select
    links.system,
    links.stream,
    links.record_ref,
    links.customer_id,
    accounts.card_norm as card_ref
from {{ ref('identity_links') }} as links
left join {{ ref('identity_accounts') }} as accounts
    on
        case when links.stream = 'customers' then links.system end = accounts.system
        and links.record_ref = accounts.customer_ref
