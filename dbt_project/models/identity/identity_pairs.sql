-- One number per pair stands for the levels of all comparisons, so that weights are looked up once per pattern.
with

blocks as (

    select * from {{ ref('identity_blocks') }}

),

narrow as (

    select
        block,
        block_key
    from blocks
    group by block, block_key
    having
        count(*) between 2 and case block
            {% for coarse in identity_coarse_blocks() %}
            when '{{ coarse }}' then {{ var('identity_coarse_block_limit') }}
            {% endfor %}
            else {{ var('identity_block_limit') }}
        end

),

members as (

    select
        blocks.point_no,
        blocks.block,
        blocks.block_key
    from blocks
    inner join narrow on blocks.block = narrow.block and blocks.block_key = narrow.block_key

),

candidates as (

    select distinct
        one.point_no as point_a,
        other.point_no as point_b
    from members as one
    inner join members as other
        on one.block = other.block and one.block_key = other.block_key and one.point_no < other.point_no

),

traits as (

    select * from {{ ref('identity_traits__completed') }}

)

select
    candidates.point_a,
    candidates.point_b,
    cast({{ pair_pattern() }} as bigint) as pattern
from candidates
inner join traits as l on candidates.point_a = l.point_no
inner join traits as r on candidates.point_b = r.point_no
