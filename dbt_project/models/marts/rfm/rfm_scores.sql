-- A method without scores (four classes) has its name only. The weighted score is 0 for the lowest and 1 for the highest codes.
with

scored as (

    select * from {{ ref('int_rfm__scored') }}

),

long as (

    select
        customer_id, 'mean_octants' as method, 2 as level_count, mean_r as r_score, mean_f as f_score, mean_m as m_score,
        rfm_segment as segment
    from scored
    union all
    select customer_id, 'four_classes', null, null, null, null, class_four from scored
    union all
    select customer_id, 'tie_safe_fifths', 5, fifth_r, fifth_f, fifth_m, null from scored
    union all
    select customer_id, 'hughes_nested', 5, hughes_r, hughes_f, hughes_m, null from scored
    union all
    select customer_id, 'own_cuts', 5, own_r, own_f, own_m, null from scored

),

weights as (

    select
        sum(case when dimension = 'r' then weight else 0 end) as r_weight,
        sum(case when dimension = 'f' then weight else 0 end) as f_weight,
        sum(case when dimension = 'm' then weight else 0 end) as m_weight,
        sum(weight) as all_weight
    from {{ ref('rfm_weights') }}

)

select
    long.customer_id,
    long.method,
    {{ as_of() }} as as_of_date,
    cast(long.r_score as integer) as r_score,
    cast(long.f_score as integer) as f_score,
    cast(long.m_score as integer) as m_score,
    cast(long.r_score as varchar) || cast(long.f_score as varchar) || cast(long.m_score as varchar) as cell,
    coalesce(
        long.segment, cast(long.r_score as varchar) || cast(long.f_score as varchar) || cast(long.m_score as varchar)
    ) as segment,
    coalesce(
        long.segment in ('important_value', 'high_value')
        or (long.segment is null and least(long.r_score, long.f_score, long.m_score) >= 4), false
    ) as is_best,
    cast(
        1.0 * (
            weights.r_weight * (long.r_score - 1) + weights.f_weight * (long.f_score - 1)
            + weights.m_weight * (long.m_score - 1)
        ) / nullif(weights.all_weight * (long.level_count - 1), 0) as decimal(9, 6)
    ) as weighted_score
from long
cross join weights
