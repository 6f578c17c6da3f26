{#- What a mailbox says before the family name (imogen of imogen.norford7@…), without what separates them; else NULL. -#}
{% macro mailbox_name(email, family) -%}
    {%- set mailbox = "split_part(" ~ email ~ ", '@', 1)" -%}
    case
        when strpos({{ mailbox }}, {{ family }}) > 1
            then replace(replace(replace(
                substr({{ mailbox }}, 1, strpos({{ mailbox }}, {{ family }}) - 1), '.', ''), '_', ''), '-', '')
    end
{%- endmacro %}

{#- Whether a name is what a given name is short for, or begins with, where that is an initial. -#}
{% macro is_whole_name(name, given, forms) -%}
    {{ name }} <> {{ given }}
    and (
        strpos({{ forms }}, '|' || {{ name }} || '|') > 0
        or length({{ given }}) = 1
        and length({{ name }}) > 2
        and substr({{ name }}, 1, 1) = {{ given }}
        and translate({{ name }}, 'abcdefghijklmnopqrstuvwxyz', '') = ''
    )
{%- endmacro %}
