{#-
    Full-width forms U+FF01..U+FF5E and the blanks U+3000 and U+00A0 as ASCII: the part of NFKC that keys meet in practice.
    The blanks stand second, because Jinja trims the ends of a block; quote and backslash are left out, because engines escape them differently.
-#}
{% macro ascii_width(text) -%}
    {{ return(adapter.dispatch('ascii_width', 'acrm')(text)) }}
{%- endmacro %}

{#- DuckDB reads both lists anew for every row, so rows that are plain ASCII (as many bytes as characters) are let through. -#}
{% macro duckdb__ascii_width(text) -%}
    case when strlen({{ text }}) = length({{ text }}) then {{ text }} else {{ default__ascii_width(text) }} end
{%- endmacro %}

{% macro default__ascii_width(text) -%}
    {%- set wide -%}！　 ＂＃＄％＆（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～{%- endset -%}
    {%- set narrow -%}!  "#$%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~{%- endset -%}
    translate({{ text }}, '{{ wide }}', '{{ narrow }}')
{%- endmacro %}
