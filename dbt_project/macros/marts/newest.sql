{# The value of `column` on the row with the greatest `rank`, rows without a value left out; `rank` has no ties within a group. #}
{% macro newest(column, rank) -%}
    {{ return(adapter.dispatch('newest', 'acrm')(column, rank)) }}
{%- endmacro %}

{% macro default__newest(column, rank) -%}
    max_by({{ column }}, {{ rank }}) filter (where {{ column }} is not null)
{%- endmacro %}

{% macro postgres__newest(column, rank) -%}
    (array_agg({{ column }} order by {{ rank }} desc) filter (where {{ column }} is not null))[1]
{%- endmacro %}
