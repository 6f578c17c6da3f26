{{ config(schema='intermediate', access='protected') }}

-- A mood word counts by its weight, by the strongest word of degree before it, and turned by every negation before it, as far as
-- the windows of its language reach and no further than the clause.
with

clauses as (

    select
        *,
        sum(case when role = 'break' then 1 else 0 end) over (partition by text_no order by place) as clause_no
    from {{ ref('int_text_words') }}

),

moods as (

    select
        clauses.*,
        windows.negation_window,
        windows.degree_window,
        windows.negation_factor
    from clauses
    inner join {{ ref('sentiment_parameters') }} as windows on clauses.language = windows.language
    where clauses.role = 'mood'

),

before as (

    select
        moods.text_no,
        moods.place,
        moods.weight,
        moods.negation_factor,
        count(*) filter (where others.role = 'negation' and moods.place - others.next_place < moods.negation_window) as negations,
        max(others.weight) filter (
            where others.role = 'degree' and moods.place - others.next_place < moods.degree_window
        ) as degree
    from moods
    left join clauses as others
        on
            moods.text_no = others.text_no
            and moods.clause_no = others.clause_no
            and moods.place >= others.next_place
            and others.role in ('negation', 'degree')
    group by moods.text_no, moods.place, moods.weight, moods.negation_factor

),

summed as (

    select
        text_no,
        count(*) as mood_word_count,
        count(*) filter (where negations > 0) as negated_word_count,
        sum(cast(
            weight * coalesce(degree, 1)
            * case when negations = 0 then 1 when negations % 2 = 1 then negation_factor else -negation_factor end
            as decimal(18, 6)
        )) as mood_sum
    from before
    group by text_no

)

select
    text_no,
    mood_word_count,
    negated_word_count,
    cast(mood_sum as double) / sqrt(cast(mood_sum * mood_sum as double) + {{ var('sentiment_damping') }}) as score
from summed
