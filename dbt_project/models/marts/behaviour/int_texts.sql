{{ config(schema='intermediate', access='protected') }}

-- What customers wrote, one line of equal texts numbered alike; a comment that a response repeats on every item counts once.
with

written as (

    select 'engagements' as stream, engagement_id as record_id, system, customer_id, occurred_on as said_on, engagement_text as said
    from {{ ref('fct_engagements') }}
    union all
    select 'surveys', min(answer_id), system, min(customer_id), min(answered_on), survey_comment
    from {{ ref('fct_surveys') }}
    group by response_id, system, survey_comment
    union all
    select 'tickets', ticket_id, system, customer_id, opened_on, coalesce(ticket_text, subject)
    from {{ ref('fct_tickets') }}

),

normal as (

    select
        said,
        {{ text_norm('said') }} as said_norm
    from (select distinct said from written) as texts

),

numbered as (

    select
        *,
        dense_rank() over (order by said_norm nulls last) as text_no,
        case
            when regexp_matches(said_norm, '[ぁ-ヿ]') then 'other'
            when regexp_matches(said_norm, '[一-龥]') then 'zh'
            when regexp_matches(said_norm, '[a-z]') then 'en'
            else 'other'
        end as language
    from normal

)

select
    written.stream,
    written.record_id,
    written.system,
    written.customer_id,
    written.said_on,
    numbered.text_no,
    numbered.language,
    numbered.said_norm
from written
inner join numbered on written.said = numbered.said
where numbered.said_norm is not null  -- here, for below the window it would be worked out twice
