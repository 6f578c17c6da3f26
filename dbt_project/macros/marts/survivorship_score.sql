{# What a stated value scores by the criterion that a policy row names; more is better. #}
{% macro survivorship_score(criterion, facts) -%}
    case {{ criterion }}
        when 'trust' then {{ facts }}.trust
        when 'recency' then coalesce(cast(epoch({{ facts }}.stated_at) as bigint), -99999999999)
        when 'frequency' then {{ facts }}.frequency
        when 'completeness' then {{ facts }}.completeness
    end
{%- endmacro %}
