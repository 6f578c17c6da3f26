with

surveys as (

    select * from {{ ref('stg_service__surveys') }}

)

select
    {{ member_key('surveys', 'response_ref') }} || ':' || surveys.item as answer_id,
    {{ member_key('surveys', 'response_ref') }} as response_id,
    surveys.system,
    {{ customer_found(['account', 'email']) }} as customer_id,
    surveys.survey_kind,
    surveys.item,
    surveys.score,
    surveys.scale_min,
    surveys.scale_max,
    cast(
        100 * (surveys.score - surveys.scale_min) / nullif(surveys.scale_max - surveys.scale_min, 0) as decimal(18, 4)
    ) as score_percent,
    case
        when surveys.survey_kind <> 'nps' or surveys.score is null then null
        when surveys.score >= 9 then 'promoter'
        when surveys.score >= 7 then 'passive'
        else 'detractor'
    end as nps_group,
    {{ member_key('surveys', 'order_ref') }} as order_id,
    {{ member_key('surveys', 'ticket_ref') }} as ticket_id,
    surveys.comment as survey_comment,
    surveys.language,
    surveys.answered_at,
    surveys.answered_on
from surveys
{{ customer_joins('surveys', {'account': 'customer_ref', 'email': 'email_norm'}) }}
