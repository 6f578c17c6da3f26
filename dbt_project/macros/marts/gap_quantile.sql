{# Gaps counted by length: of its part, how many are as long or shorter, and how many there are. #}
{% macro ranked_gaps(relation, part) -%}
    select
        {{ part }},
        gap_days,
        sum(gap_count) over (partition by {{ part }} order by gap_days) as gaps_up_to,
        sum(gap_count) over (partition by {{ part }}) as gaps_all
    from {{ relation }}
{%- endmacro %}

{# Over ranked_gaps: the shortest gap that at least the share `quantile` of the gaps does not exceed. #}
{% macro gap_quantile(quantile) -%}
    min(case when gaps_up_to >= {{ quantile }} * gaps_all then gap_days end)
{%- endmacro %}
