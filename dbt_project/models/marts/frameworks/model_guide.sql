with

marts as (

    {{ public_marts() }}

),

delivered as (

    select
        stream,
        sum(kept_rows) as row_count
    from {{ ref('row_accounting') }}
    group by stream

)

select
    cast(questions.question_no as integer) as question_no,
    questions.question,
    questions.answered_by,
    case when marts.mart is not null then 'mart' else 'model' end as kind,
    questions.stream,
    questions.min_rows,
    cast(coalesce(delivered.row_count, 0) as bigint) as row_count,
    coalesce(delivered.row_count, 0) >= questions.min_rows as has_enough,
    questions.why_so_many
from {{ ref('questions') }} as questions
left join delivered on questions.stream = delivered.stream
left join marts on questions.answered_by = marts.mart
