-- What one system never sells together with another's goods says nothing about customers, so orders are counted by system.
with

systems as (

    select distinct
        'order' as basket_kind,
        system
    from {{ ref('fct_orders') }}

    union all

    select
        'customer' as basket_kind,
        'all' as system

)

select
    cast(row_number() over (order by bases.basis_no, systems.system) as integer) as universe_no,
    bases.basis,
    systems.system,
    bases.item_kind,
    bases.min_support,
    bases.min_basket_count,
    bases.min_confidence,
    bases.max_items,
    bases.max_grown
from {{ ref('basket_bases') }} as bases
inner join systems on bases.basket_kind = systems.basket_kind
