{#- CTEs that end in `contradicted` (pattern, conflict): what contradicts a union of two records with such a pattern.
    `patterns` names a CTE of distinct patterns. A contradiction holds when all its lines in the seed do, and only where
    such a difference is telling: the learnt weights know how often people's own data differ. A line that lets a value be
    unknown is a condition and no difference, so it adds nothing. -#}
{% macro contradicted(patterns) -%}
levels as (

    {% for comparison in identity_comparisons() %}
    select
        pattern,
        '{{ comparison.name }}' as comparison,
        {{ level_in('pattern', comparison.name) }} as level
    from {{ patterns }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

weights as (

    select * from {{ ref('identity_weights') }} where version = '{{ var("identity_weights_version") }}'

),

met as (

    select
        levels.pattern,
        lines.conflict
    from levels
    inner join {{ ref('identity_conflicts') }} as lines
        on
            levels.comparison = lines.comparison
            and levels.level between lines.lowest_level and lines.highest_level
    left join weights on levels.comparison = weights.comparison and levels.level = weights.level
    group by levels.pattern, lines.conflict, lines.line_count, lines.is_absolute
    having
        count(*) = lines.line_count
        and (lines.is_absolute or sum(case when lines.lowest_level > 0 then weights.weight end) <= -{{ var('identity_conflict_bits') }})

),

contradicted as (

    select pattern, min(conflict) as conflict from met group by pattern

)
{%- endmacro %}
