{#-
    CTE `name` (point_no, cluster_no): Kruskal with a veto, in rounds. `points` (point_no), `edges` (point_a, point_b, place: 1 is
    the strongest, no two alike), `apart` (point_a, point_b), `holdings` (point_no, kind, value, held_at_most).
    Two clusters join in a round when each is the other's strongest allowed edge: exactly the unions that going through all
    edges one by one would make, for whatever lies before such an edge at either end is inside already.
-#}
{% macro grown_clusters(name, points, edges, apart, holdings) -%}
    {{ return(adapter.dispatch('grown_clusters', 'acrm')(name, points, edges, apart, holdings)) }}
{%- endmacro %}

{#- Materialized, or DuckDB computes what the recursion reads anew in every round. -#}
{% macro duckdb__grown_clusters(name, points, edges, apart, holdings) -%}
{{ name }}_edges as materialized (select * from {{ edges }}),

{{ name }}_apart as materialized (select * from {{ apart }}),

{{ name }}_holdings as materialized (select * from {{ holdings }}),

{{ name }} (point_no, cluster_no) using key (point_no) as (

    select point_no, point_no as cluster_no from {{ points }}

    union

    (
        with

        live as (

            select
                edges.place,
                least(a.cluster_no, b.cluster_no) as low_no,
                greatest(a.cluster_no, b.cluster_no) as high_no
            from {{ name }}_edges as edges
            inner join recurring.{{ name }} as a on edges.point_a = a.point_no
            inner join recurring.{{ name }} as b on edges.point_b = b.point_no
            where a.cluster_no <> b.cluster_no and (select count(*) from {{ name }}) > 0

        ),

        wanted as (

            select low_no, high_no, min(place) as place from live group by low_no, high_no

        ),

        vetoed as (

            select distinct
                least(a.cluster_no, b.cluster_no) as low_no,
                greatest(a.cluster_no, b.cluster_no) as high_no
            from {{ name }}_apart as apart
            inner join recurring.{{ name }} as a on apart.point_a = a.point_no
            inner join recurring.{{ name }} as b on apart.point_b = b.point_no

        ),

        held as (

            select distinct placed.cluster_no, holdings.kind, holdings.value, holdings.held_at_most
            from {{ name }}_holdings as holdings
            inner join recurring.{{ name }} as placed on holdings.point_no = placed.point_no

        ),

        crowded as (

            select distinct sides.low_no, sides.high_no
            from (
                select low_no, high_no, low_no as cluster_no from wanted
                union all
                select low_no, high_no, high_no from wanted
            ) as sides
            inner join held on sides.cluster_no = held.cluster_no
            group by sides.low_no, sides.high_no, held.kind, held.held_at_most
            having count(distinct held.value) > held.held_at_most

        ),

        allowed as (

            select wanted.low_no, wanted.high_no, wanted.place
            from wanted
            left join vetoed on wanted.low_no = vetoed.low_no and wanted.high_no = vetoed.high_no
            left join crowded on wanted.low_no = crowded.low_no and wanted.high_no = crowded.high_no
            where vetoed.low_no is null and crowded.low_no is null

        ),

        best as (

            select cluster_no, min(place) as place
            from (
                select low_no as cluster_no, place from allowed
                union all
                select high_no, place from allowed
            ) as ends
            group by cluster_no

        ),

        joined as (

            select allowed.low_no, allowed.high_no
            from allowed
            inner join best as low on allowed.low_no = low.cluster_no and allowed.place = low.place
            inner join best as high on allowed.high_no = high.cluster_no and allowed.place = high.place

        )

        select placed.point_no, joined.low_no
        from recurring.{{ name }} as placed
        inner join joined on placed.cluster_no = joined.high_no
    )

)
{%- endmacro %}

{#- Elsewhere nothing that contradicts itself is joined: its points stay apart until somebody decides. -#}
{% macro default__grown_clusters(name, points, edges, apart, holdings) -%}
{{ name }} (point_no, cluster_no) as (

    select point_no, point_no as cluster_no from {{ points }}

)
{%- endmacro %}
