{#- Tie-safe fifth, 1 to 5: one plus the fifth in which the share of strictly worse rows lies. `worse_first` orders from worst to best. -#}
{% macro fifth(worse_first, within='') -%}
    cast(1 + (5 * (rank() over ({{ within }} order by {{ worse_first }}) - 1)) // nullif(count(*) over ({{ within }}), 0) as integer)
{%- endmacro %}
