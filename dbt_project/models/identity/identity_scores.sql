-- log2 odds that two records are one person: prior, the pattern's weight, and what a rare or common shared value adds.
with

traits as (

    select * from {{ ref('identity_traits') }}

),

weights as (

    select * from {{ ref('identity_weights') }} where version = '{{ var("identity_weights_version") }}'

),

records as (

    select count(*) as record_count from traits

),

-- Any two of n records are one person with probability 2 x (pairs per record) / (n - 1).
base_rate as (

    select ln(2 * weights.weight / greatest(records.record_count - 1, 1)) / ln(2) as weight
    from weights
    cross join records
    where weights.comparison = 'pairs per record'

),

{% set rare = identity_comparisons() | selectattr('rarity', 'defined') | list -%}
rarity as (

    {% for comparison in rare %}
    select
        frequencies.comparison,
        frequencies.value,
        ln(weights.u / frequencies.share) / ln(2) as weight
    from {{ ref('identity_frequencies') }} as frequencies
    inner join weights
        on frequencies.comparison = weights.comparison and weights.level = {{ comparison.levels | length + 1 }}
    where frequencies.comparison = '{{ comparison.name }}'
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    pairs.point_a,
    pairs.point_b,
    pairs.pattern,
    patterns.conflict,
    patterns.weight
    {% for comparison in rare %}
    + coalesce(by_{{ comparison.name }}.weight, 0)
    {% endfor %}
    + base_rate.weight as weight
from {{ ref('identity_pairs') }} as pairs
inner join {{ ref('identity_patterns') }} as patterns on pairs.pattern = patterns.pattern
inner join traits as l on pairs.point_a = l.point_no
inner join traits as r on pairs.point_b = r.point_no
cross join base_rate
{% for comparison in rare %}
left join rarity as by_{{ comparison.name }}
    on
        by_{{ comparison.name }}.comparison = '{{ comparison.name }}'
        and l.{{ comparison.rarity }} = by_{{ comparison.name }}.value
        and r.{{ comparison.rarity }} = by_{{ comparison.name }}.value
{% endfor %}
