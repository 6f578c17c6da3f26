-- Value of a user: the monthly charge for the days in use, a month being 30.4375 days (365.25 / 12).
select
    user_id,
    system,
    customer_id,
    account_id,
    product_id,
    brand,
    user_group,
    tariff,
    service_level,
    payment_method,
    resource_kind,
    resource_ref,
    status,
    cancel_reason,
    is_active,
    started_on,
    ended_on,
    cast(days_in_use as bigint) as days_in_use,
    cast(monthly_amount_base as decimal(18, 4)) as monthly_amount_base,
    cast(monthly_amount_base * days_in_use / cast(30.4375 as decimal(6, 4)) as decimal(18, 4)) as charged_base,
    cast(credit_limit_base as decimal(18, 4)) as credit_limit_base
from {{ ref('int_parties__users') }}
