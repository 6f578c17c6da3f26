{#- CTEs that end in `contradictions` (component_no, point_a, point_b, conflict): those of `pairs` (component_no, point_a,
    point_b) that no one person can be, unless one of `edges` between them is what the source itself states. -#}
{% macro contradictions(pairs, edges) -%}
traits as (

    select * from {{ ref('identity_traits') }}

),

compared as (

    select
        {{ pairs }}.component_no,
        {{ pairs }}.point_a,
        {{ pairs }}.point_b,
        cast({{ pair_pattern() }} as bigint) as pattern
    from {{ pairs }}
    inner join traits as l on {{ pairs }}.point_a = l.point_no
    inner join traits as r on {{ pairs }}.point_b = r.point_no

),

patterns as (

    select distinct pattern from compared

),

{{ contradicted('patterns') }},

stated as (

    select distinct point_a, point_b from {{ edges }} where kind in ('account', 'visitor', 'union')

),

contradictions as (

    select
        compared.component_no,
        compared.point_a,
        compared.point_b,
        contradicted.conflict
    from compared
    inner join contradicted on compared.pattern = contradicted.pattern
    left join stated on compared.point_a = stated.point_a and compared.point_b = stated.point_b
    where stated.point_a is null

)
{%- endmacro %}
