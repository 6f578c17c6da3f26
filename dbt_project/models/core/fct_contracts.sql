with

contracts as (

    select * from {{ ref('stg_sales__contracts') }}

),

renewals as (

    select
        system,
        renews_contract_ref,
        min(contract_ref) as contract_ref,
        min(signed_on) as signed_on
    from contracts
    where renews_contract_ref is not null
    group by system, renews_contract_ref

)

select
    {{ member_key('contracts', 'contract_ref') }} as contract_id,
    contracts.system,
    {{ customer_found(['account']) }} as customer_id,
    {{ member_key('contracts', 'opportunity_ref') }} as opportunity_id,
    contracts.status,
    contracts.amount_base,
    contracts.signed_on,
    contracts.starts_on,
    contracts.ends_on,
    {{ member_key('renewals', 'contract_ref') }} as renewed_by_contract_id,
    renewals.signed_on as renewed_on
from contracts
left join renewals
    on
        contracts.system = renewals.system
        and contracts.contract_ref = renewals.renews_contract_ref
{{ customer_joins('contracts', {'account': 'customer_ref'}) }}
