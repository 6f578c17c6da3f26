{{ config(materialized='view') }}

-- What a deal was worth when it was opened, at the rate of that day: a forecast must not know the day of closing.
select
    deals.opportunity_id as deal_id,
    cast(
        case
            when deals.created_on is null then deals.amount_base
            else {{ to_base('deals.amount', 'deals.currency') }}
        end as decimal(18, 4)
    ) as opening_amount_base
from {{ ref('fct_opportunities') }} as deals
left join {{ ref('stg_reference__fx_daily') }} as fx on deals.currency = fx.currency and deals.created_on = fx.rate_on
