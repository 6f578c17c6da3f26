-- Keys under which two records come to be compared at all; a pair that shares none is lost for good.
with

traits as (

    select
        *,
        split_part(given_forms, '|', 2) as form_1,
        nullif(split_part(given_forms, '|', 3), '') as form_2,
        nullif(split_part(given_forms, '|', 4), '') as form_3,
        substr(given_norm, 1, 1) as initial,
        substr(birth_text, 1, 4) as birth_year,
        substr(birth_text, 5) as birth_day
    from {{ ref('identity_traits') }}

),

keyed as (

    {% for block, keys in identity_blocking().items() %}
    {% for key in keys %}
    select
        point_no,
        '{{ block }}' as block,
        {{ key }} as block_key
    from traits
    union all
    {% endfor %}
    {% endfor %}
    select
        point_no,
        'union' as block,
        union_ref as block_key
    from traits

)

select
    point_no,
    block,
    block_key
from keyed
where block_key is not null
group by point_no, block, block_key
