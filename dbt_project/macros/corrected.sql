{#- The column with the corrections seed applied; the seed says which value, whose, and why. Never on a stream's own key. -#}
{% macro corrected(stream, column, relation='latest') -%}
    coalesce(
        (
            select max(fix.good_value)
            from {{ ref('corrections') }} as fix
            where
                fix.stream = '{{ stream }}' and fix.column_name = '{{ column }}'
                and fix.system = {{ relation }}._system and fix.bad_value = {{ relation }}.{{ column }}
        ),
        {{ relation }}.{{ column }}
    )
{%- endmacro %}
