{# Joins that look a fact's customer up in the identity layer, strongest identifier first.
   `facts` is the alias of the fact, `kinds` maps a kind (account, email, phone) to the column that holds it. #}
{% macro customer_joins(facts, kinds) -%}
    {%- if 'account' in kinds %}
    left join {{ ref('identity_systems') }} as account_systems on {{ facts }}.system = account_systems.system
    {%- endif %}
    {%- for kind, column in kinds.items() %}
    left join {{ ref('identity_values') }} as by_{{ kind }}
        on by_{{ kind }}.kind = '{{ kind }}'
        and by_{{ kind }}.value = {% if kind == 'account' %}coalesce(account_systems.account_system, {{ facts }}.system) || ':' || {% endif %}{{ facts }}.{{ column }}
    {%- endfor %}
{%- endmacro %}

{% macro customer_found(kinds) -%}
    coalesce({% for kind in kinds %}by_{{ kind }}.customer_id{{ ', ' if not loop.last }}{% endfor %}{{ ', null' if kinds | length == 1 }})
{%- endmacro %}
