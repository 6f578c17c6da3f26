-- Accounts that turned out to be one customer make no relation.
select
    from_customer_id,
    to_customer_id,
    relation_kind,
    min(starts_on) as starts_on,
    case when not bool_or(is_current) then max(ends_on) end as ends_on,
    bool_or(is_current) as is_current,
    count(*) as statement_count
from {{ ref('int_parties__relations') }}
where from_customer_id <> to_customer_id
group by from_customer_id, to_customer_id, relation_kind
