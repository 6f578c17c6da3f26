with

events as (

    select
        customer_no,
        item_no,
        bought_on
    from {{ ref('int_purchase_days') }}
    where item_no > 0

),

totals as (

    select count(distinct customer_no) as customer_count from events

),

minimums as (

    select
        greatest(
            cast(ceil(cast('{{ var("sequence_min_support") }}' as decimal(9, 6)) * customer_count) as bigint),
            {{ var('sequence_min_customers') }}
        ) as min_count
    from totals

),

{{ frequent_sequences(
    'events', ref('int_items'), '(select max(min_count) from minimums)',
    var('sequence_max_items') | int, var('sequence_max_gap_days') | int
) }}

select
    sequences.sequence,
    sequences.item_count,
    sequences.element_count,
    sequences.customer_count,
    cast(sequences.customer_count as double) / totals.customer_count as support,
    sequences.prefix,
    sequences.prefix_count,
    cast(sequences.customer_count as double) / sequences.prefix_count as confidence
from sequences
cross join totals
