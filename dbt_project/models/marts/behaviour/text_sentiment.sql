select
    texts.stream,
    texts.record_id,
    texts.system,
    texts.customer_id,
    texts.said_on,
    nullif(texts.language, 'other') as language,
    moods.score,
    case
        when moods.text_no is null then 'unread'
        when moods.score >= {{ var('sentiment_neutral_below') }} then 'positive'
        when moods.score <= -{{ var('sentiment_neutral_below') }} then 'negative'
        else 'neutral'
    end as label,
    coalesce(moods.mood_word_count, 0) as mood_word_count,
    coalesce(moods.negated_word_count, 0) as negated_word_count,
    'lexicon' as method,
    '{{ var("sentiment_version") }}' as version
from {{ ref('int_texts') }} as texts
left join {{ ref('int_text_moods') }} as moods on texts.text_no = moods.text_no
