-- What a pair says by itself: prior, the weight of its pattern, what a rare or common name adds.
with

traits as (

    select * from {{ ref('identity_traits__completed') }}

),

weights as (

    select * from {{ ref('identity_weights') }} where version = '{{ var("identity_weights_version") }}'

),

-- Any two of n records are one person with odds 2 x (pairs per record) / (n - 1); a handful is taken for part of a thousand.
-- Who shares a mailbox or a home is no random pair: with n strangers grow rarer in such a pair just as its matches do, so
-- there the odds stay those of the records that the weights were learnt on.
base_rate as (

    select
        ln(2 * weights.weight / greatest((select count(*) from traits) - 1, 1000)) / ln(2) as weight,
        ln(2 * weights.weight / (learnt.weight - 1)) / ln(2) as close_weight
    from weights
    inner join weights as learnt on learnt.comparison = 'records'
    where weights.comparison = 'pairs per record'

),

rarity as (

    select
        frequencies.comparison,
        frequencies.level,
        frequencies.value,
        ln(weights.u / frequencies.share) / ln(2) as weight
    from {{ ref('identity_frequencies') }} as frequencies
    inner join weights on frequencies.comparison = weights.comparison and frequencies.level = weights.level
    where frequencies.share > 0

)

{% set rare = identity_comparisons() | selectattr('rarity', 'defined') | list -%}
select
    pairs.point_a,
    pairs.point_b,
    pairs.pattern,
    patterns.conflict,
    patterns.weight
    {% for comparison in rare %}
    + coalesce(least(a_{{ comparison.name }}.weight, b_{{ comparison.name }}.weight), 0)
    {% endfor %}
    + case when patterns.is_close then base_rate.close_weight else base_rate.weight end as weight
from {{ ref('identity_pairs') }} as pairs
inner join {{ ref('identity_patterns') }} as patterns on pairs.pattern = patterns.pattern
inner join traits as l on pairs.point_a = l.point_no
inner join traits as r on pairs.point_b = r.point_no
cross join base_rate
{% for comparison in rare %}
{% for side, row in [('a', 'l'), ('b', 'r')] %}
left join rarity as {{ side }}_{{ comparison.name }}
    on
        {{ side }}_{{ comparison.name }}.comparison = '{{ comparison.name }}'
        and {{ side }}_{{ comparison.name }}.level = {{ level_in('pairs.pattern', comparison.name) }}
        and {{ side }}_{{ comparison.name }}.value = {{ row }}.{{ comparison.rarity }}
{% endfor %}
{% endfor %}
