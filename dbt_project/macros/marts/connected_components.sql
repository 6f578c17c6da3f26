{# CTE `name` (point_no, cluster_no): the smallest point_no that each end of `edges` (from_no, to_no; both directions) reaches.
   DuckDB keeps one row per point (USING KEY) and stops when no number falls; elsewhere plain reachability, exact but heavier. #}
{% macro connected_components(name, edges) -%}
    {{ return(adapter.dispatch('connected_components', 'acrm')(name, edges)) }}
{%- endmacro %}

{% macro duckdb__connected_components(name, edges) -%}
{{ name }} (point_no, cluster_no) using key (point_no) as (

    select from_no as point_no, least(from_no, min(to_no)) as cluster_no from {{ edges }} group by from_no
    union
    select {{ edges }}.from_no, min(near.cluster_no)
    from {{ name }} as near
    inner join {{ edges }} on near.point_no = {{ edges }}.to_no
    inner join recurring.{{ name }} as known on {{ edges }}.from_no = known.point_no
    where near.cluster_no < known.cluster_no
    group by {{ edges }}.from_no

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
