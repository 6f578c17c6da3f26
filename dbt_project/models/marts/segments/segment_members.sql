-- One arm per segmentation: its expression says in which of its segments a customer is, or none.
with

facts as (

    select * from {{ ref('segment_facts') }}

),

classified as (

    {{ segment_arms('facts', segmentations()) }}

)

select
    segmentation,
    segment,
    customer_id,
    {{ as_of() }} as as_of_date
from classified
where segment is not null
