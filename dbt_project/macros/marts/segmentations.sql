{#- Every segmentation to build: the project's and those the warehouse's owner defined, as a list of name, kind, origin, expression, classes. -#}
{% macro segmentations() -%}
    {{ return(builtin_segmentations() + var('user_segmentations')) }}
{%- endmacro %}

{#- One arm per segmentation: its name, the segment of a customer or NULL, the customer. -#}
{% macro segment_arms(facts, segmentations) %}
    {%- for each in segmentations %}
    select '{{ each.name }}' as segmentation, cast({{ each.expression }} as varchar) as segment, customer_id from {{ facts }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- One row per segmentation: segmentation, kind, origin, rule. -#}
{% macro segmentation_rows(segmentations) %}
    {%- for each in segmentations %}
    select
        '{{ each.name }}' as segmentation, '{{ each.kind }}' as kind, '{{ each.origin }}' as origin,
        {{ sql_text(each.expression) }} as rule
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- One row per segment that a file names: segmentation, segment, segment_en, segment_zh. -#}
{% macro segment_label_rows(segmentations) %}
    {%- for each in segmentations %}
    {%- for class in each.classes %}
    select
        '{{ each.name }}' as segmentation, '{{ class.name }}' as segment,
        {{ sql_text(class.en) }} as segment_en, {{ sql_text(class.zh) }} as segment_zh
    union all
    {%- endfor %}
    {%- endfor %}
    select '' as segmentation, '' as segment, '' as segment_en, '' as segment_zh
{%- endmacro %}

{#- A text as an SQL literal. -#}
{% macro sql_text(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}
