-- English terms by whole words, Chinese ones wherever they stand; equal texts are read once.
with

texts as (

    select distinct
        text_no,
        language,
        case
            when language = 'en' then ' ' || regexp_replace(said_norm, '[^a-z0-9]+', ' ', 'g') || ' '
            else said_norm
        end as said
    from {{ ref('int_texts') }}
    where language in ('en', 'zh')

),

terms as (

    select
        topic,
        language,
        case when language = 'en' then ' ' || term || ' ' else term end as term
    from {{ ref('topic_terms') }}

),

topics as (

    select texts.text_no, terms.topic, count(*) as term_count
    from texts
    inner join terms on texts.language = terms.language and position(terms.term in texts.said) > 0
    group by texts.text_no, terms.topic

)

select
    texts.stream,
    texts.record_id,
    topics.topic,
    texts.system,
    texts.customer_id,
    texts.said_on,
    texts.language,
    topics.term_count,
    moods.label as mood,
    moods.score as mood_score
from {{ ref('int_texts') }} as texts
inner join topics on texts.text_no = topics.text_no
inner join {{ ref('text_sentiment') }} as moods on texts.stream = moods.stream and texts.record_id = moods.record_id
