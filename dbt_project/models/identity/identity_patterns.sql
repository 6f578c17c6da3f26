-- Sum of the frozen log2 Bayes factors of a pattern's levels, and what contradicts a union whatever the sum.
with

patterns as (

    select
        pattern,
        count(*) as pair_count
    from {{ ref('identity_pairs') }}
    group by pattern

),

{{ contradicted('patterns') }},

weighed as (

    select
        levels.pattern,
        sum(weights.weight) as weight
    from levels
    left join weights on levels.comparison = weights.comparison and levels.level = weights.level
    group by levels.pattern

)

select
    patterns.pattern,
    patterns.pair_count,
    {{ is_close('patterns.pattern') }} as is_close,
    coalesce(weighed.weight, 0) as weight,
    contradicted.conflict
from patterns
left join weighed on patterns.pattern = weighed.pattern
left join contradicted on patterns.pattern = contradicted.pattern
