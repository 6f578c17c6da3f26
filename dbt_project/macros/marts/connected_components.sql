{# CTE `name` (point_no, cluster_no): the smallest point_no that each end of `edges` (from_no, to_no; both directions) reaches.
   DuckDB contracts each point to its smallest neighbour first, and keeps one row per point (USING KEY) until no number of
   what is left falls; elsewhere plain reachability, exact but heavier. #}
{% macro connected_components(name, edges) -%}
    {{ return(adapter.dispatch('connected_components', 'acrm')(name, edges)) }}
{%- endmacro %}

{% macro duckdb__connected_components(name, edges) -%}
{{ name }}_hops as (

    select from_no as point_no, least(from_no, min(to_no)) as hop_no from {{ edges }} group by from_no

),

{{ name }}_left as (

    select distinct
        hops.hop_no as from_no,
        others.hop_no as to_no
    from {{ edges }}
    inner join {{ name }}_hops as hops on {{ edges }}.from_no = hops.point_no
    inner join {{ name }}_hops as others on {{ edges }}.to_no = others.point_no
    where hops.hop_no <> others.hop_no

),

{{ name }}_rest (point_no, cluster_no) using key (point_no) as (

    select from_no as point_no, least(from_no, min(to_no)) as cluster_no from {{ name }}_left group by from_no
    union
    select
        nearest.point_no,
        nearest.cluster_no
    from (
        -- aggregated before the join: DuckDB's estimates inside a recursion are poor, and the join is paid per edge
        select {{ name }}_left.from_no as point_no, min(near.cluster_no) as cluster_no
        from {{ name }}_rest as near
        inner join {{ name }}_left on near.point_no = {{ name }}_left.to_no
        group by {{ name }}_left.from_no
    ) as nearest
    inner join recurring.{{ name }}_rest as known
        on nearest.point_no = known.point_no and nearest.cluster_no < known.cluster_no

),

{{ name }} as (

    select
        hops.point_no,
        coalesce(rest.cluster_no, hops.hop_no) as cluster_no
    from {{ name }}_hops as hops
    left join {{ name }}_rest as rest on hops.hop_no = rest.point_no

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
