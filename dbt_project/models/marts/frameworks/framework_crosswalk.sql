-- The list of marts is the project's own, so a new mart is in it at once, by the folder it lies in.
with

marts as (

    {{ public_marts() }}

)

select
    cast(marts.mart as varchar) as mart,
    cast(marts.area as varchar) as area,
    areas.idic_step,
    areas.buttle_step,
    areas.relationship_model,
    areas.knowledge_model,
    areas.crm_model,
    areas.reason
from marts
left join {{ ref('crosswalk_areas') }} as areas on marts.area = areas.area
