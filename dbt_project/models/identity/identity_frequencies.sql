-- A rare name shared says more than a common one, and so does one of its short forms.
with

traits as (

    select * from {{ ref('identity_traits__completed') }}

),

counted as (

    {% for comparison in identity_comparisons() if 'rarity' in comparison %}
    select
        '{{ comparison.name }}' as comparison,
        {{ comparison.levels | length + 1 }} as level,
        {{ comparison.rarity }} as value,
        count(*) as record_count
    from traits
    where {{ comparison.rarity }} is not null
    group by {{ comparison.rarity }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

totals as (

    select
        comparison,
        sum(record_count) as record_count
    from counted
    group by comparison

),

named as (

    select
        given_norm,
        given_forms,
        count(*) as record_count
    from traits
    where given_norm is not null
    group by given_norm, given_forms

),

forms as (

    {% for place in [2, 3, 4, 5] %}
    select
        given_norm,
        record_count,
        split_part(given_forms, '|', {{ place }}) as form
    from named
    where split_part(given_forms, '|', {{ place }}) <> ''
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

kin as (

    select distinct
        one.given_norm as value,
        other.given_norm as other_value,
        other.record_count
    from forms as one
    inner join forms as other on one.form = other.form and one.given_norm <> other.given_norm

)

-- How many others agree with a record that has the value; the record itself is no sign of how common it is.
select
    counted.comparison,
    counted.level,
    counted.value,
    counted.record_count,
    (counted.record_count - 1.0) / nullif(totals.record_count - 1.0, 0) as share
from counted
inner join totals on counted.comparison = totals.comparison

union all

select
    'given' as comparison,
    {{ given_kin_level() }} as level,
    kin.value,
    cast(sum(kin.record_count) as bigint) as record_count,
    sum(kin.record_count) / max(totals.record_count - 1.0) as share
from kin
inner join totals on totals.comparison = 'given'
group by kin.value
