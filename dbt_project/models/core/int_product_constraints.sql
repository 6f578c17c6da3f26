{{ config(materialized='view') }}

select
    {{ member_key('constraints', 'product_ref') }} as product_id,
    {{ member_key('constraints', 'other_product_ref') }} as other_product_id,
    constraints.constraint_kind
from {{ ref('stg_sales__product_constraints') }} as constraints
