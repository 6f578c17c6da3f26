{#- Whole days from one date to another; negative when `until` is earlier. -#}
{% macro date_diff_days(since, until) -%}
    {{ return(adapter.dispatch('date_diff_days', 'acrm')(since, until)) }}
{%- endmacro %}

{% macro default__date_diff_days(since, until) -%}
    (cast({{ until }} as date) - cast({{ since }} as date))
{%- endmacro %}

{% macro spark__date_diff_days(since, until) -%}
    datediff({{ until }}, {{ since }})
{%- endmacro %}
