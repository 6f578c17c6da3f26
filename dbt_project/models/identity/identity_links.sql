with

records as (

    select
        system,
        stream,
        record_ref,
        point_id
    from {{ ref('identity_records') }}

),

clusters as (

    select
        point_id,
        customer_id
    from {{ ref('identity_persons') }}

)

select
    records.system,
    records.stream,
    records.record_ref,
    clusters.customer_id
from records
left join clusters on records.point_id = clusters.point_id
