{{ config(materialized='view') }}

select
    customer_id,
    full_name,
    email,
    phone,
    company_name,
    language
from {{ ref('int_customers__survivors') }}
