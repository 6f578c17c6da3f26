{#- Rows of a table of scores that may be acted on: a model graded well enough, its use not yet over. -#}
{% macro usable_scores(table, grade='grade') -%}
    select *
    from {{ source('scores', table) }}
    where
        {{ grade }} in ('{{ var('outlook_grades') | join("', '") }}')
        and expires_on >= {{ as_of() }}
{%- endmacro %}
