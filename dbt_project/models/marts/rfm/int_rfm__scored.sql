-- Hughes' codes are nested: fifths by recency, inside each by frequency, inside each by money; ties fall by customer_id, so
-- that all cells hold the same number, give or take one (S101).
with

valued as (

    select
        *,
        case {{ setting('rfm_money_basis', ['total', 'average']) }} when 'total' then m_total else m_avg end as m_value
    from {{ ref('customer_rfm') }}

),

by_recency as (

    select
        *,
        ntile(5) over (order by r_days desc, customer_id asc) as hughes_r
    from valued

),

by_frequency as (

    select
        *,
        ntile(5) over (partition by hughes_r order by f_count, customer_id) as hughes_f
    from by_recency

),

by_money as (

    select
        *,
        ntile(5) over (partition by hughes_r, hughes_f order by m_value, customer_id) as hughes_m
    from by_frequency

),

cuts as (

    select
        dimension,
        score,
        from_value,
        lead(from_value) over (partition by dimension order by from_value nulls first) as to_value
    from {{ ref('rfm_cuts') }}

)

select
    by_money.customer_id,
    1 + cast(by_money.is_r_high as integer) as mean_r,
    1 + cast(by_money.is_f_high as integer) as mean_f,
    1 + cast(by_money.is_m_high as integer) as mean_m,
    by_money.rfm_segment,
    by_money.class_four,
    by_money.r_score as fifth_r,
    by_money.f_score as fifth_f,
    by_money.m_score as fifth_m,
    cast(by_money.hughes_r as integer) as hughes_r,
    cast(by_money.hughes_f as integer) as hughes_f,
    cast(by_money.hughes_m as integer) as hughes_m,
    r_cuts.score as own_r,
    f_cuts.score as own_f,
    m_cuts.score as own_m
from by_money
{% for dimension, value in [('r', 'r_days'), ('f', 'f_count'), ('m', 'm_value')] %}
left join cuts as {{ dimension }}_cuts
    on
        {{ dimension }}_cuts.dimension = '{{ dimension }}'
        and by_money.{{ value }} >= coalesce({{ dimension }}_cuts.from_value, by_money.{{ value }})
        and coalesce(by_money.{{ value }} < {{ dimension }}_cuts.to_value, true)
{% endfor %}
