-- The sum behind a score, comparison by comparison. What is left to the score's weight is its prior and how rare the values are.
with

scored as (

    select distinct scores.pattern
    from {{ ref('identity_scores') }} as scores
    inner join {{ ref('identity_edges') }} as edges on scores.point_a = edges.point_a and scores.point_b = edges.point_b
    where edges.source = 'score'

),

levels as (

    {% for comparison in identity_comparisons() %}
    select
        pattern,
        {{ loop.index }} as place,
        '{{ comparison.name }}' as comparison,
        {{ level_in('pattern', comparison.name) }} as level,
        {{ comparison.levels | length + 1 }} as highest
    from scored
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

weighed as (

    select
        levels.pattern,
        levels.place,
        levels.comparison,
        case
            when levels.level = levels.highest then 'same'
            when levels.level = 1 then 'different'
            else 'similar'
        end as outcome,
        cast(weights.weight as decimal(9, 2)) as weight
    from levels
    inner join {{ ref('identity_weights') }} as weights
        on levels.comparison = weights.comparison and levels.level = weights.level
    where weights.version = '{{ var("identity_weights_version") }}'

)

select
    pattern,
    sum(weight) as weight,
    string_agg(comparison || ' ' || outcome || ' ' || weight, '; ' order by place) as steps
from weighed
group by pattern
