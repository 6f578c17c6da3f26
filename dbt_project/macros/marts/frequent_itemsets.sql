{#-
    CTEs that find every frequent itemset, level by level (Apriori): a set of k items is grown only from two frequent sets
    of k - 1 items that share all but their last item, and counted in whole numbers over all baskets.

    Wide baskets grow sets with the square of their width. Before a size is grown its rows are counted, from the ranks of
    the smaller sets within their basket: the set of rank r, most frequent first, grows with the r - 1 before it. Where that
    passes max_grown, the least count of the size is raised to the smallest one that fits. What is counted stays exact.

    items: relation or CTE with universe_no, basket_no, item_no, each once.
    minimums: CTE with universe_no, min_count, max_items and max_grown (empty: no limit), one row per universe.
    largest: greatest number of items of any universe, known when the model is compiled.
    Leaves a CTE `itemsets`: universe_no, item_count, item_1 ... item_<largest> in ascending order, basket_count and
    least_count, from which on sets of this size are kept.
-#}
{% macro frequent_itemsets(items, minimums, largest) %}
{%- for size in range(1, largest + 1) %}
{%- set columns = ['universe_no'] + numbered('item_', size) %}
{%- set shared = ['universe_no', 'basket_no'] + numbered('item_', size - 2) %}
{%- if size == 1 %}
least_1 as (

    select universe_no, min_count as least_count
    from {{ minimums }}

),

grown_1 as (

    select items.universe_no, items.basket_no, items.item_no as item_1
    from {{ items }} as items

),
{%- else %}

ranked_{{ size }} as (

    select
        universe_no,
        basket_count,
        row_number() over (partition by {{ shared | join(', ') }} order by basket_count desc) - 1 as partner_count
    from kept_{{ size - 1 }}

),

growth_{{ size }} as (

    select
        universe_no,
        basket_count,
        sum(sum(partner_count)) over (partition by universe_no order by basket_count desc) as grown_count
    from ranked_{{ size }}
    group by universe_no, basket_count

),

least_{{ size }} as (

    select
        growth.universe_no,
        greatest(
            max(smaller.least_count),
            coalesce(max(growth.basket_count) filter (where growth.grown_count > minimums.max_grown) + 1, 0)
        ) as least_count
    from growth_{{ size }} as growth
    inner join {{ minimums }} as minimums on growth.universe_no = minimums.universe_no and minimums.max_items >= {{ size }}
    inner join least_{{ size - 1 }} as smaller on growth.universe_no = smaller.universe_no
    group by growth.universe_no

),

fit_{{ size }} as (

    select kept.*
    from kept_{{ size - 1 }} as kept
    inner join least_{{ size }} as least_counts
        on kept.universe_no = least_counts.universe_no and kept.basket_count >= least_counts.least_count

),

grown_{{ size }} as (

    select
        {{ prefixed('smaller', ['universe_no', 'basket_no'] + numbered('item_', size - 1)) }},
        others.item_{{ size - 1 }} as item_{{ size }}
    from fit_{{ size }} as smaller
    inner join fit_{{ size }} as others
        on {% for column in shared %}smaller.{{ column }} = others.{{ column }} and {% endfor -%}
        smaller.item_{{ size - 1 }} < others.item_{{ size - 1 }}

),
{%- endif %}

counted_{{ size }} as (

    select {{ prefixed('grown', columns) }}, count(*) as basket_count, max(least_counts.least_count) as least_count
    from grown_{{ size }} as grown
    inner join least_{{ size }} as least_counts on grown.universe_no = least_counts.universe_no
    group by {{ prefixed('grown', columns) }}
    having count(*) >= max(least_counts.least_count)

),
{%- if size < largest %}

kept_{{ size }} as (

    select grown.*, counted.basket_count
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
        basket_count,
        least_count
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
