with

units as (

    select * from {{ ref('int_campaign_units') }}

),

typed as (

    select channel_group, customer_type, is_treated, has_responded, has_bought, bought_base, cost_base from units
    union all
    select channel_group, 'all', is_treated, has_responded, has_bought, bought_base, cost_base from units

),

counted as (

    select
        channel_group,
        customer_type,
        count(*) filter (where is_treated) as treated_count,
        count(*) filter (where not is_treated) as control_count,
        count(*) filter (where is_treated and has_responded) as responded_count,
        cast(count(*) filter (where is_treated and has_bought) as double) as treated_bought,
        cast(count(*) filter (where not is_treated and has_bought) as double) as control_bought,
        cast(sum(bought_base) filter (where is_treated) as double) as treated_base,
        cast(sum(bought_base) filter (where not is_treated) as double) as control_base,
        cast(sum(cost_base) as decimal(18, 4)) as cost_base
    from typed
    group by channel_group, customer_type

),

rated as (

    select
        *,
        treated_bought / nullif(treated_count, 0) as treated_rate,
        control_bought / nullif(control_count, 0) as control_rate,
        treated_base - treated_count * control_base / nullif(control_count, 0) as incremental_base
    from counted

),

judged as (

    select
        *,
        treated_rate - control_rate as uplift_rate,
        {{ var('interval_z') }} * power(
            treated_rate * (1 - treated_rate) / nullif(treated_count, 0) + control_rate * (1 - control_rate) / nullif(control_count, 0), 0.5
        ) as margin
    from rated

)

select
    channel_group,
    customer_type,
    treated_count,
    control_count,
    responded_count,
    cast(1.0 * responded_count / nullif(treated_count, 0) as decimal(9, 6)) as response_rate,
    cast(treated_rate as decimal(9, 6)) as treated_rate,
    cast(control_rate as decimal(9, 6)) as control_rate,
    cast(uplift_rate as decimal(9, 6)) as uplift_rate,
    cast(uplift_rate - margin as decimal(9, 6)) as uplift_low,
    cast(uplift_rate + margin as decimal(9, 6)) as uplift_high,
    cast(incremental_base as decimal(18, 2)) as incremental_base,
    cost_base,
    cast((incremental_base - cast(cost_base as double)) / nullif(cast(cost_base as double), 0) as decimal(18, 6)) as roi,
    case
        when control_count = 0 then 'no control group'
        when least(treated_count, control_count) < {{ var('small_n') }} then 'too few'
        when uplift_rate - margin > 0 then 'works'
        when uplift_rate + margin < 0 then 'harms'
        else 'not shown'
    end as verdict
from judged
