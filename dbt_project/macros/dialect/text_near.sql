{#- Whether two texts are the same but for a slip: Jaro-Winkler of .88 or more where the engine has it, else few edits. -#}
{% macro text_near(one, other) -%}
    {{ return(adapter.dispatch('text_near', 'acrm')(one, other)) }}
{%- endmacro %}

{% macro duckdb__text_near(one, other) -%}
    jaro_winkler_similarity({{ one }}, {{ other }}) >= 0.88
{%- endmacro %}

{% macro default__text_near(one, other) -%}
    levenshtein({{ one }}, {{ other }}) <= greatest(length({{ one }}), length({{ other }})) / 5
{%- endmacro %}
