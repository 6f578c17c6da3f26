{#-
    CTEs that find every frequent itemset, level by level (Apriori): a set of k items is grown only from a frequent set of
    k - 1 items and a frequent item, and counted in whole numbers.

    items: relation or CTE with universe_no, basket_no, item_no, each once.
    minimums: CTE with universe_no, min_count and max_items, one row per universe.
    largest: greatest number of items of any universe, known when the model is compiled.
    Leaves a CTE `itemsets`: universe_no, item_count, item_1 ... item_<largest> in ascending order, basket_count.
-#}
{% macro frequent_itemsets(items, minimums, largest) %}
{%- for size in range(1, largest + 1) %}
{%- set columns = ['universe_no'] + numbered('item_', size) %}
grown_{{ size }} as (

    {%- if size == 1 %}

    select items.universe_no, items.basket_no, items.item_no as item_1
    from {{ items }} as items
    {%- else %}

    select {{ prefixed('smaller', ['universe_no', 'basket_no'] + numbered('item_', size - 1)) }}, items.item_1 as item_{{ size }}
    from kept_{{ size - 1 }} as smaller
    inner join {{ minimums }} as minimums on smaller.universe_no = minimums.universe_no and minimums.max_items >= {{ size }}
    inner join kept_1 as items
        on smaller.universe_no = items.universe_no
        and smaller.basket_no = items.basket_no
        and smaller.item_{{ size - 1 }} < items.item_1
    {%- endif %}

),

counted_{{ size }} as (

    select {{ prefixed('grown', columns) }}, count(*) as basket_count
    from grown_{{ size }} as grown
    inner join {{ minimums }} as minimums on grown.universe_no = minimums.universe_no
    group by {{ prefixed('grown', columns) }}
    having count(*) >= max(minimums.min_count)

),
{%- if size < largest %}

kept_{{ size }} as (

    select grown.*
    from grown_{{ size }} as grown
    inner join counted_{{ size }} as counted
        on {% for column in columns %}grown.{{ column }} = counted.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}

),
{%- endif %}
{%- endfor %}

itemsets as (

    {%- for size in range(1, largest + 1) %}

    select
        universe_no,
        {{ size }} as item_count,
        {%- for place in range(1, largest + 1) %}
        {{ 'item_' ~ place if place <= size else 'cast(null as integer)' }} as item_{{ place }},
        {%- endfor %}
        basket_count
    from counted_{{ size }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)
{%- endmacro %}

{#- name1, name2, ... as a list. -#}
{% macro numbered(name, count) -%}
    {%- set names = [] -%}
    {%- for place in range(1, count + 1) -%}{%- do names.append(name ~ place) -%}{%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- The columns of one relation, comma between them. -#}
{% macro prefixed(relation, columns) -%}
    {%- for column in columns -%}{{ relation }}.{{ column }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{#- `column` of the relations name1 ... name<count>, ' + ' between those that are there. -#}
{% macro joined(name, column, count) -%}
    substring('' {%- for place in range(1, count + 1) %} || coalesce(' + ' || {{ name }}{{ place }}.{{ column }}, ''){% endfor %}, 4)
{%- endmacro %}
