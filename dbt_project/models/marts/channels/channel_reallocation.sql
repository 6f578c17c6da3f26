-- Revenue of a channel is taken to be a * spend^e with one elasticity e for all; then the best split of the same total is in
-- proportion to a^(1 / (1 - e)). Moves towards it are capped, and the smaller side of gains and losses limits the other.
{%- set elasticity = var('channel_elasticity') %}
{%- set max_move = var('channel_max_move') %}
with

channels as (

    select
        channel_group,
        source,
        cast(sum(touch_count) as bigint) as touch_count,
        cast(sum(cast(conversion_count as decimal(28, 12))) as double) as conversion_count,
        sum(revenue_base) as revenue_base,
        sum(cost_base) as spend_base
    from {{ ref('channel_performance') }}
    where month_on > {{ as_of() }} - {{ var('channel_window_days') }}
    group by channel_group, source
    having sum(cost_base) > 0

),

rated as (

    select
        *,
        case
            when touch_count = 0 then 'no touch is tracked, so its effect is not measured'
            when conversion_count < {{ var('channel_min_conversions') }} then 'too few conversions to move it up'
        end as restraint,
        cast(spend_base as double) as spend,
        case
            when touch_count > 0
                then power(greatest(revenue_base, 0) / power(spend_base, {{ elasticity }}), 1.0 / (1 - {{ elasticity }}))
        end as pull
    from channels

),

aimed as (

    select
        *,
        sum(case when pull is not null then spend end) over () * pull / nullif(sum(pull) over (), 0) as optimum
    from rated

),

wished as (

    select
        *,
        case
            when optimum is null then 0.0
            when optimum > spend and restraint is not null then 0.0
            else greatest(least(optimum - spend, {{ max_move }} * spend), -{{ max_move }} * spend)
        end as wish
    from aimed

),

balanced as (

    select
        *,
        sum(greatest(wish, 0.0)) over () as wished_up,
        sum(greatest(-wish, 0.0)) over () as wished_down,
        row_number() over (order by channel_group, source) = count(*) over () as is_last
    from wished

),

-- Cents by running totals: what is taken is what is given, whatever the rounding.
running as (

    select
        *,
        coalesce(sum(
            wish * least(wished_up, wished_down) / nullif(case when wish > 0 then wished_up else wished_down end, 0)
        ) over (order by channel_group, source rows between unbounded preceding and current row), 0) as change_to
    from balanced

),

suggested as (

    select
        *,
        cast(case when is_last then 0 else change_to end as decimal(18, 2))
        - cast(coalesce(lag(change_to) over (order by channel_group, source), 0) as decimal(18, 2)) as change_base
    from running

)

select
    channel_group,
    source,
    touch_count,
    conversion_count,
    cast(revenue_base as decimal(18, 4)) as revenue_base,
    cast(spend_base as decimal(18, 4)) as spend_base,
    cast(revenue_base / nullif(spend_base, 0) as decimal(18, 6)) as roas,
    cast({{ elasticity }} * revenue_base / nullif(spend_base, 0) as decimal(18, 6)) as marginal_roas,
    cast(optimum as decimal(18, 2)) as optimum_spend_base,
    cast(change_base as decimal(18, 2)) as change_base,
    cast(spend_base + change_base as decimal(18, 4)) as suggested_spend_base,
    cast(
        case when touch_count > 0 then revenue_base * power((spend + change_base) / spend, {{ elasticity }}) end as decimal(18, 2)
    ) as expected_revenue_base,
    coalesce(restraint, 'none') as restraint,
    '{{ var("channel_rule") }}' as attribution_rule,
    {{ var('channel_window_days') }} as window_days,
    cast({{ elasticity }} as decimal(9, 6)) as elasticity,
    cast({{ max_move }} as decimal(9, 6)) as max_move_share,
    'revenue grows with spend to the power of the elasticity; credit by the rule describes and does not prove cause' as assumption
from suggested
