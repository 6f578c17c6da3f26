-- The total that a source states is what we compute; a difference is a finding about the source, so it only warns.
{{ config(severity='warn') }}

select
    order_id,
    stated_total_base,
    gross_base - discount_base + shipping_base as computed_total_base
from {{ ref('fct_orders') }}
where
    not is_unconvertible
    and abs(stated_total_base - (gross_base - discount_base + shipping_base)) > 0.01
