{# CTE `name` (point_no, cluster_no): the smallest point_no that each end of `edges` (from_no, to_no; both directions) reaches.
   DuckDB contracts each point to its smallest neighbour twice, which leaves few, and keeps one row per point of these (USING
   KEY) until no number falls; elsewhere plain reachability, exact but heavier. #}
{% macro connected_components(name, edges) -%}
    {{ return(adapter.dispatch('connected_components', 'acrm')(name, edges)) }}
{%- endmacro %}

{% macro duckdb__connected_components(name, edges) -%}
{%- set ends = namespace(of=edges) -%}
{%- for step in [1, 2] %}
{{ name }}_hops_{{ step }} as (

    select from_no as point_no, least(from_no, min(to_no)) as hop_no from {{ ends.of }} group by from_no

),

{{ name }}_met_{{ step }} as (

    select distinct
        least(hops.hop_no, others.hop_no) as low_no,
        greatest(hops.hop_no, others.hop_no) as high_no
    from {{ ends.of }} as ends
    inner join {{ name }}_hops_{{ step }} as hops on ends.from_no = hops.point_no
    inner join {{ name }}_hops_{{ step }} as others on ends.to_no = others.point_no
    where ends.from_no < ends.to_no

),

{{ name }}_left_{{ step }} as (

    -- not asked of the join above: DuckDB would take it for a condition to join the hops by
    select low_no as from_no, high_no as to_no from {{ name }}_met_{{ step }} where low_no < high_no
    union all
    select high_no as from_no, low_no as to_no from {{ name }}_met_{{ step }} where low_no < high_no

),

{% set ends.of = name ~ '_left_' ~ step -%}
{%- endfor -%}
{{ name }}_rest (point_no, cluster_no) using key (point_no) as (

    select from_no as point_no, least(from_no, min(to_no)) as cluster_no from {{ ends.of }} group by from_no
    union
    select
        nearest.point_no,
        nearest.cluster_no
    from (
        -- aggregated before the join: DuckDB's estimates inside a recursion are poor, and the join is paid per edge
        select ends.from_no as point_no, min(near.cluster_no) as cluster_no
        from {{ name }}_rest as near
        inner join {{ ends.of }} as ends on near.point_no = ends.to_no
        group by ends.from_no
    ) as nearest
    inner join recurring.{{ name }}_rest as known
        on nearest.point_no = known.point_no and nearest.cluster_no < known.cluster_no

),

{{ name }} as (

    select
        one.point_no,
        coalesce(rest.cluster_no, two.hop_no, one.hop_no) as cluster_no
    from {{ name }}_hops_1 as one
    left join {{ name }}_hops_2 as two on one.hop_no = two.point_no
    left join {{ name }}_rest as rest on two.hop_no = rest.point_no

)
{%- endmacro %}

{% macro default__connected_components(name, edges) -%}
{{ name }}_pairs (point_no, reached_no) as (

    select from_no, from_no from {{ edges }}
    union
    select pairs.point_no, {{ edges }}.to_no
    from {{ name }}_pairs as pairs
    inner join {{ edges }} on pairs.reached_no = {{ edges }}.from_no

),

{{ name }} as (

    select point_no, min(reached_no) as cluster_no from {{ name }}_pairs group by point_no

)
{%- endmacro %}
