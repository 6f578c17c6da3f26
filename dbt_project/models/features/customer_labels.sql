-- What happened after a cutoff, kept apart from the features so that no feature can be one. A window is closed when as_of has passed it.
-- A customer who merged or parted after the cutoff was not known as such then, so nothing is learnt from the row.
with

moves as (

    select customer_id, decided_as_of from {{ ref('identity_decisions') }} where event = 'made'
    union all
    select other_customer_id as customer_id, decided_as_of from {{ ref('identity_decisions') }} where event = 'made'

),

last_moves as (

    select customer_id, max(decided_as_of) as moved_on from moves where customer_id is not null group by customer_id

),

windows as (

    select
        features.customer_id,
        features.cutoff_on,
        windows.window_days,
        cast({{ parameter('feature_parameters', 'intent_days') }} as integer) as intent_days,
        {{ date_diff_days('features.cutoff_on', as_of()) }} as days_since
    from {{ ref('customer_features') }} as features
    inner join {{ ref('feature_windows') }} as windows on features.segment = windows.segment
    left join last_moves on features.customer_id = last_moves.customer_id
    where not features.is_scoring and coalesce(last_moves.moved_on <= features.cutoff_on, true)

),

next_days as (

    select
        windows.customer_id,
        windows.cutoff_on,
        count(distinct days.happened_on) as purchase_days,
        count(distinct case
            when days.happened_on <= windows.cutoff_on + windows.intent_days then days.happened_on
        end) as intent_days,
        sum(days.sales_base) as sales_base
    from windows
    inner join {{ ref('feature_days') }} as days
        on
            windows.customer_id = days.customer_id
            and windows.cutoff_on < days.happened_on
            and windows.cutoff_on + windows.window_days >= days.happened_on
            and days.purchase_count > 0
    group by windows.customer_id, windows.cutoff_on

)

select
    windows.customer_id,
    windows.cutoff_on,
    windows.window_days,
    windows.days_since >= windows.window_days as is_closed,
    windows.intent_days,
    windows.days_since >= windows.intent_days as is_intent_closed,
    coalesce(next_days.purchase_days, 0) = 0 as has_churned,
    coalesce(next_days.intent_days, 0) > 0 as has_bought_soon,
    cast(coalesce(next_days.sales_base, 0) as decimal(18, 4)) as next_sales_base
from windows
left join next_days on windows.customer_id = next_days.customer_id and windows.cutoff_on = next_days.cutoff_on
