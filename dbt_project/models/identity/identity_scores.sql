-- log2 odds that two records are one person: prior, the pattern's weight, what a rare or common shared value
-- adds, and what rivals take.
with

traits as (

    select * from {{ ref('identity_traits') }}

),

weights as (

    select * from {{ ref('identity_weights') }} where version = '{{ var("identity_weights_version") }}'

),

-- Any two of n records are one person with odds 2 x (pairs per record) / (n - 1); a handful is taken for part of a thousand.
base_rate as (

    select ln(2 * weights.weight / greatest((select count(*) from traits) - 1, 1000)) / ln(2) as weight
    from weights
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

),

scored as (

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

),

-- A record that says nothing but a name fits everybody of that name.
bare as (

    select point_no
    from traits
    where coalesce(email_norm, phone_key, birth_text, area_norm, card_norm, tax_norm, company_norm) is null

),

named as (

    select bare.point_no, scored.point_b as candidate_no, scored.weight
    from scored
    inner join bare on scored.point_a = bare.point_no
    where scored.conflict is null and scored.weight >= 0
    union all
    select bare.point_no, scored.point_a as candidate_no, scored.weight
    from scored
    inner join bare on scored.point_b = bare.point_no
    where scored.conflict is null and scored.weight >= 0

),

-- Candidates that are not each other share its odds: it can only be one of them.
contested as (

    select
        least(one.point_no, one.candidate_no) as point_a,
        greatest(one.point_no, one.candidate_no) as point_b,
        ln(1 + sum(power(2, rivals.weight))) / ln(2) as weight
    from named as one
    inner join named as rivals on one.point_no = rivals.point_no and one.candidate_no <> rivals.candidate_no
    left join scored as same
        on
            least(one.candidate_no, rivals.candidate_no) = same.point_a
            and greatest(one.candidate_no, rivals.candidate_no) = same.point_b
            and same.conflict is null
            and same.weight >= 0
    where same.point_a is null
    group by least(one.point_no, one.candidate_no), greatest(one.point_no, one.candidate_no)

)

select
    scored.point_a,
    scored.point_b,
    scored.pattern,
    scored.conflict,
    scored.weight - coalesce(contested.weight, 0) as weight
from scored
left join contested on scored.point_a = contested.point_a and scored.point_b = contested.point_b
