with

stages as (

    select * from {{ ref('stg_sales__opportunity_stages') }}

)

select
    {{ member_key('stages', 'opportunity_ref') }} as opportunity_id,
    stages.system,
    row_number() over (
        partition by stages.system, stages.opportunity_ref order by stages.entered_at, stages.stage
    ) as stage_no,
    stages.stage,
    {{ member_key('stages', 'employee_ref') }} as employee_id,
    stages.entered_at,
    stages.entered_on,
    lead(stages.entered_at) over (
        partition by stages.system, stages.opportunity_ref order by stages.entered_at, stages.stage
    ) as left_at
from stages
