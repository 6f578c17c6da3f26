{{ config(materialized='view') }}

select
    kind,
    text as name_text,
    given_norm,
    given_forms,
    family_norm,
    company_norm
from {{ source('ops', 'identity_names') }}
