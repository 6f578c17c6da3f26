{#- The same text on every engine: MD5 over the columns as text, NULL told apart from empty. -#}
{% macro content_hash(columns) -%}
    md5(concat({% for c in columns %}coalesce(cast({{ c }} as varchar), '~'){% if not loop.last %}, '|', {% endif %}{% endfor %}))
{%- endmacro %}
