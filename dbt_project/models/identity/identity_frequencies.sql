-- A rare name shared says more than a common one.
with

traits as (

    select * from {{ ref('identity_traits') }}

),

counted as (

    {% for comparison in identity_comparisons() if 'rarity' in comparison %}
    select
        '{{ comparison.name }}' as comparison,
        {{ comparison.rarity }} as value,
        count(*) as record_count
    from traits
    where {{ comparison.rarity }} is not null
    group by {{ comparison.rarity }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    comparison,
    value,
    record_count,
    cast(record_count as double) / sum(record_count) over (partition by comparison) as share
from counted
