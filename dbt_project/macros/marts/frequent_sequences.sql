{#-
    CTEs that find every frequent sequence of itemsets (Zaki's SPADE, 2001): for each pattern the days on which it can end in
    a customer's history are kept; a pattern grows by an item on a later day, or by a greater item on the same day.

    events: relation or CTE with customer_no, bought_on, item_no, each once.
    items: relation with item_no, item_name.
    min_count: SQL of the least number of customers.
    largest: greatest number of items.
    max_gap_days: most days from one element to the next; 0 means any.
    Leaves a CTE `sequences`: item_count, element_count, sequence, prefix, customer_count, prefix_count.
-#}
{% macro frequent_sequences(events, items, min_count, largest, max_gap_days) %}
{%- for size in range(1, largest + 1) %}
grown_{{ size }} as (
    {%- if size == 1 %}

    select customer_no, 0 as prefix_no, 0 as is_same_day, item_no, bought_on
    from {{ events }}
    {%- else %}

    select distinct ends.customer_no, ends.pattern_no as prefix_no, 0 as is_same_day, later.item_no, later.bought_on
    from {{ 'ends_' ~ (size - 1) if max_gap_days else 'firsts_' ~ (size - 1) }} as ends
    inner join ends_1 as later
        on ends.customer_no = later.customer_no
        and ends.bought_on < later.bought_on
        {%- if max_gap_days %}
        and {{ date_diff_days('ends.bought_on', 'later.bought_on') }} <= {{ max_gap_days }}
        {%- endif %}
    union all
    select ends.customer_no, ends.pattern_no as prefix_no, 1 as is_same_day, others.item_no, others.bought_on
    from ends_{{ size - 1 }} as ends
    inner join ends_1 as others
        on ends.customer_no = others.customer_no
        and ends.bought_on = others.bought_on
        and ends.item_no < others.item_no
    {%- endif %}

),

counted_{{ size }} as (

    select prefix_no, is_same_day, item_no, count(distinct customer_no) as customer_count
    from grown_{{ size }}
    group by prefix_no, is_same_day, item_no
    having count(distinct customer_no) >= {{ min_count }}

),

patterns_{{ size }} as (

    select
        row_number() over (order by counted.prefix_no, counted.is_same_day, counted.item_no) as pattern_no,
        counted.*,
        {%- if size == 1 %}
        1 as element_count,
        items.item_name as sequence,
        cast(null as varchar) as prefix,
        cast(null as bigint) as prefix_count
    from counted_1 as counted
        {%- else %}
        prefixes.element_count + 1 - counted.is_same_day as element_count,
        prefixes.sequence || case when counted.is_same_day = 1 then ' + ' else ' → ' end || items.item_name as sequence,
        prefixes.sequence as prefix,
        prefixes.customer_count as prefix_count
    from counted_{{ size }} as counted
    inner join patterns_{{ size - 1 }} as prefixes on counted.prefix_no = prefixes.pattern_no
        {%- endif %}
    inner join {{ items }} as items on counted.item_no = items.item_no

),
{%- if size < largest %}

ends_{{ size }} as (

    select grown.customer_no, patterns.pattern_no, grown.item_no, grown.bought_on
    from grown_{{ size }} as grown
    inner join patterns_{{ size }} as patterns
        on grown.prefix_no = patterns.prefix_no
        and grown.is_same_day = patterns.is_same_day
        and grown.item_no = patterns.item_no

),
{%- if not max_gap_days %}

firsts_{{ size }} as (

    select customer_no, pattern_no, min(bought_on) as bought_on
    from ends_{{ size }}
    group by customer_no, pattern_no

),
{%- endif %}
{%- endif %}
{%- endfor %}

sequences as (

    {%- for size in range(1, largest + 1) %}

    select {{ size }} as item_count, element_count, sequence, prefix, customer_count, prefix_count
    from patterns_{{ size }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)
{%- endmacro %}
