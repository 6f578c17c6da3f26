{#- The business date of a UTC timestamp in its source's zone, exact for every zone and instant; for small relations. -#}
{% macro local_date(at, zone) -%}
    cast({{ local_time(at, zone) }} as date)
{%- endmacro %}

{#-
    The same for large relations, by the table of local days that local_days_join brings in under the name <column>_day.
    Days on which the zone's clock is put forward or back, and days outside the table, are not in it and are converted one by one.
-#}
{% macro local_on(relation, column) -%}
    {%- set at, day = relation ~ '.' ~ column, column ~ '_day' -%}
    case
        when {{ day }}.turns_at is null then {{ local_date(at, relation ~ '._zone') }}
        when {{ at }} < {{ day }}.turns_at then {{ day }}.starts_as
        else {{ day }}.ends_as
    end
{%- endmacro %}

{% macro local_days_join(relation, column) -%}
    {%- set day = column ~ '_day' -%}
    left join {{ ref('stg_reference__local_days') }} as {{ day }}
        on {{ relation }}._zone = {{ day }}.zone and cast({{ relation }}.{{ column }} as date) = {{ day }}.utc_on
{%- endmacro %}
