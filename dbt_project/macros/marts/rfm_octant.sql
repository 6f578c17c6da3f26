{#- Name of the eight segments: money makes it important, recency and frequency say the rest (S100). -#}
{% macro rfm_octant(is_r_high, is_f_high, is_m_high) -%}
    case when {{ is_m_high }} then 'important_' else 'general_' end
    || case
        when {{ is_r_high }} and {{ is_f_high }} then 'value'
        when {{ is_f_high }} then 'keep'
        when {{ is_r_high }} then 'develop'
        else 'winback'
    end
{%- endmacro %}
