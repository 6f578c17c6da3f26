with

registry as (

    select * from {{ ref('identity_registry') }}

)

select
    registry.customer_id,
    registry.anchor_point,
    registry.founded_in,
    registry.founded_as_of,
    registry.status,
    registry.merged_into,
    case
        when registry.status = 'active' then registry.customer_id
        when target.status = 'active' then target.customer_id
        else target.merged_into
    end as current_customer_id
from registry
left join registry as target on registry.merged_into = target.customer_id
