-- Each stage's chance to win and the time its won deals still took, laid over the deals that are open in it.
with

entries as (

    select * from {{ ref('int_deals__stage_entries') }}

),

rates as (

    select
        system,
        stage_no,
        count(*) filter (where outcome = 'won') as won_count,
        count(*) filter (where outcome in ('won', 'lost')) as decided_count
    from entries
    group by system, stage_no

),

waits as (

    select
        entries.system,
        entries.stage_no,
        {{ date_diff_days('cast(entries.entered_at as date)', 'cast(closed.entered_at as date)') }} as days,
        count(*) as deal_count
    from entries
    inner join entries as closed on entries.deal_id = closed.deal_id and closed.stage_no = 4
    where entries.outcome = 'won' and entries.entered_at is not null
    group by entries.system, entries.stage_no, days

),

open_deals as (

    select
        system,
        stage_no,
        stage_days,
        count(*) as deal_count,
        sum(expected_amount_base) as amount_base
    from {{ ref('deal_forecasts') }}
    where snapshot_on = {{ as_of() }}
    group by system, stage_no, stage_days

),

spread as (

    select
        open_deals.*,
        waits.days - open_deals.stage_days as days_left,
        cast(waits.deal_count as double) / sum(waits.deal_count) over (
            partition by open_deals.system, open_deals.stage_no, open_deals.stage_days
        ) as part
    from open_deals
    left join waits
        on
            open_deals.system = waits.system
            and open_deals.stage_no = waits.stage_no
            and open_deals.stage_days < waits.days

),

valued as (

    select
        spread.system,
        spread.stage_no,
        cast(date_trunc('month', {{ dbt.dateadd('day', 'spread.days_left', as_of()) }}) as date) as month_on,
        cast(coalesce(spread.part, 1) * rates.won_count / nullif(rates.decided_count, 0) as decimal(18, 12)) as chance,
        spread.deal_count,
        spread.amount_base,
        cast(rates.won_count as double) / nullif(rates.decided_count, 0) as win_rate
    from spread
    left join rates on spread.system = rates.system and spread.stage_no = rates.stage_no

),

stages as (

    select
        system,
        stage_no,
        sum(deal_count) as deal_count,
        sum(amount_base) as amount_base
    from open_deals
    group by system, stage_no

)

select
    valued.system,
    valued.stage_no,
    vocabulary.stage,
    valued.month_on,
    cast(max(stages.deal_count) as bigint) as open_count,
    cast(max(stages.amount_base) as decimal(18, 4)) as open_amount_base,
    max(valued.win_rate) as win_rate,
    cast(sum(valued.chance * valued.deal_count) as decimal(18, 6)) as expected_win_count,
    cast(sum(valued.chance * valued.amount_base) as decimal(18, 4)) as expected_base
from valued
inner join stages on valued.system = stages.system and valued.stage_no = stages.stage_no
inner join {{ ref('stage_vocabularies') }} as vocabulary
    on vocabulary.vocabulary = 'sales' and valued.stage_no = vocabulary.stage_no
group by valued.system, valued.stage_no, vocabulary.stage, valued.month_on
