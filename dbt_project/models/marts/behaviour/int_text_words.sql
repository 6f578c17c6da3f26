{{ config(schema='intermediate', access='protected') }}

-- English by words, Chinese by the longest word of the lexicon at every letter: a word inside a longer one is not said.
with

texts as (

    select distinct
        text_no,
        language,
        substring(said_norm, 1, {{ var('sentiment_letters') }}) as said_norm
    from {{ ref('int_texts') }}

),

places as (

    {{ counting_numbers(4) }}

),

english as (

    select
        text_no,
        trim(regexp_replace(
            regexp_replace(regexp_replace(said_norm, '[''’]', '', 'g'), '[.,;:!?]', ' | ', 'g'), '[^a-z|]+', ' ', 'g'
        )) as words
    from texts
    where language = 'en'

),

said as (

    select
        english.text_no,
        'en' as language,
        places.number as place,
        split_part(english.words, ' ', cast(places.number as integer)) as word
    from english
    inner join places on places.number between 1 and length(english.words) - length(replace(english.words, ' ', '')) + 1

    union all

    select
        texts.text_no,
        'zh' as language,
        places.number as place,
        lexicon.word
    from texts
    inner join places on places.number between 1 and length(texts.said_norm)
    inner join {{ ref('sentiment_words') }} as lexicon
        on
            substring(texts.said_norm, cast(places.number as integer), 1) = substring(lexicon.word, 1, 1)
            and substring(texts.said_norm, cast(places.number as integer), length(lexicon.word)) = lexicon.word
    where texts.language = 'zh' and lexicon.language = 'zh'

),

measured as (

    select
        *,
        case when language = 'zh' then place + length(word) else place + 1 end as next_place
    from said

),

reached as (

    select
        *,
        max(next_place) over (
            partition by text_no order by place asc, next_place desc rows between unbounded preceding and 1 preceding
        ) as reached_place
    from measured

)

select
    reached.text_no,
    reached.language,
    cast(reached.place as integer) as place,
    cast(reached.next_place as integer) as next_place,
    lexicon.role,
    lexicon.weight
from reached
inner join {{ ref('sentiment_words') }} as lexicon on reached.language = lexicon.language and reached.word = lexicon.word
where coalesce(reached.reached_place, 0) < reached.next_place
