-- Customers are first counted by the combination of their codes; every pair of methods is then read from those few rows.
with

combinations as (

    select
        rfm_segment as mean_octants,
        class_four as four_classes,
        cast(100 * fifth_r + 10 * fifth_f + fifth_m as varchar) as tie_safe_fifths,
        cast(100 * hughes_r + 10 * hughes_f + hughes_m as varchar) as hughes_nested,
        cast(100 * own_r + 10 * own_f + own_m as varchar) as own_cuts,
        count(*) as n
    from {{ ref('int_rfm__scored') }}
    group by mean_octants, four_classes, tie_safe_fifths, hughes_nested, own_cuts

),

labels as (
    {% set methods = ['mean_octants', 'four_classes', 'tie_safe_fifths', 'hughes_nested', 'own_cuts'] %}
    {% for a in methods %}{% for b in methods[loop.index:] %}
    select '{{ a }}' as method_a, '{{ b }}' as method_b, 'cell' as dimension, {{ a }} as label_a, {{ b }} as label_b, n
    from combinations
    union all
    {% endfor %}{% endfor %}
    {% for a, b in [('tie_safe_fifths', 'hughes_nested'), ('tie_safe_fifths', 'own_cuts'), ('hughes_nested', 'own_cuts')] %}
    {% set outer = loop %}
    {% for dimension in ['r', 'f', 'm'] %}
    select
        '{{ a }}', '{{ b }}', '{{ dimension }}', substring({{ a }}, {{ loop.index }}, 1), substring({{ b }}, {{ loop.index }}, 1), n
    from combinations
    {% if not (outer.last and loop.last) %}union all{% endif %}
    {% endfor %}{% endfor %}

),

crossed as (

    select
        method_a, method_b, dimension, label_a, label_b,
        cast(sum(n) as double) as n
    from labels
    where label_a is not null and label_b is not null
    group by method_a, method_b, dimension, label_a, label_b

),

margins as (

    select
        *,
        sum(n) over (partition by method_a, method_b, dimension, label_a) as n_a,
        sum(n) over (partition by method_a, method_b, dimension, label_b) as n_b,
        row_number() over (partition by method_a, method_b, dimension, label_a order by label_b) = 1 as is_first_a,
        row_number() over (partition by method_a, method_b, dimension, label_b order by label_a) = 1 as is_first_b
    from crossed

),

pairs as (

    select
        method_a, method_b, dimension,
        sum(n) as n,
        sum(case when label_a = label_b then n else 0 end) as n_same,
        sum(n * (n - 1) / 2) as together_in_both,
        sum(case when is_first_a then n_a * (n_a - 1) / 2 else 0 end) as together_in_a,
        sum(case when is_first_b then n_b * (n_b - 1) / 2 else 0 end) as together_in_b
    from margins
    group by method_a, method_b, dimension

),

chances as (

    select
        a.method_a, a.method_b, a.dimension,
        sum(a.n_a * b.n_b) as same_by_chance
    from margins as a
    inner join margins as b
        on
            a.method_a = b.method_a
            and a.method_b = b.method_b
            and a.dimension = b.dimension
            and a.label_a = b.label_b
    where a.is_first_a and b.is_first_b
    group by a.method_a, a.method_b, a.dimension

),

expected as (

    select
        pairs.*,
        coalesce(chances.same_by_chance, 0) as same_by_chance,
        pairs.together_in_a * pairs.together_in_b / nullif(pairs.n * (pairs.n - 1) / 2, 0) as together_by_chance
    from pairs
    left join chances
        on
            pairs.method_a = chances.method_a
            and pairs.method_b = chances.method_b
            and pairs.dimension = chances.dimension

)

select
    method_a,
    method_b,
    dimension,
    cast(n as bigint) as customer_count,
    cast(case when dimension <> 'cell' then n_same / n end as decimal(9, 6)) as same_share,
    cast(case when dimension <> 'cell' then (n * n_same - same_by_chance) / nullif(n * n - same_by_chance, 0) end as decimal(9, 6))
        as cohens_kappa,
    cast(
        (together_in_both - together_by_chance) / nullif((together_in_a + together_in_b) / 2 - together_by_chance, 0)
        as decimal(9, 6)
    ) as adjusted_rand_index
from expected
