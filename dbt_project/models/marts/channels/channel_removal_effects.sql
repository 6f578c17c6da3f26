-- First-order chain over all paths, those that led nowhere included. Without channel c the chance to buy falls by the chance
-- of passing c times the chance of buying from c:  visits(c) / N(c, c) * B(c), as a share of the chance of buying at all.
-- N = I + Q + Q^2 + ... holds the expected visits; doubling reaches 65,536 steps, where nobody is left on a path.
{%- set doublings = 16 %}
with

touches as (

    select * from {{ ref('int_channel_path_touches') }}

),

channels as (

    select
        channel_group,
        count(*) as touch_count,
        count(*) filter (where is_conversion) as converting_touch_count,
        count(*) filter (where is_conversion and next_channel_group is null) as last_touch_count
    from touches
    group by channel_group

),

powers_0 as (

    select
        touches.channel_group as i,
        touches.next_channel_group as j,
        cast(count(*) as double) / max(channels.touch_count) as q
    from touches
    inner join channels on touches.channel_group = channels.channel_group
    where touches.next_channel_group is not null
    group by touches.channel_group, touches.next_channel_group

),

visits_0 as (

    select
        channel_group as i,
        channel_group as j,
        cast(1 as double) as n
    from channels
    union all
    select i, j, q from powers_0

),
{% for k in range(1, doublings) %}
powers_{{ k }} as (

    select
        a.i,
        b.j,
        sum(a.q * b.q) as q
    from powers_{{ k - 1 }} as a
    inner join powers_{{ k - 1 }} as b on a.j = b.i
    group by a.i, b.j

),

visits_{{ k }} as (

    select
        i,
        j,
        sum(n) as n
    from (
        select i, j, n from visits_{{ k - 1 }}
        union all
        select a.i, b.j, a.n * b.q from visits_{{ k - 1 }} as a inner join powers_{{ k }} as b on a.j = b.i
    ) as terms
    group by i, j

),
{% endfor %}
measured as (

    select
        visits.i as channel_group,
        sum(visits.n) filter (where visits.i = visits.j) as visits_to_itself,
        sum(visits.n * left_by.last_touch_count / left_by.touch_count) as conversion_rate
    from visits_{{ doublings - 1 }} as visits
    inner join channels as left_by on visits.j = left_by.channel_group
    group by visits.i

),

effects as (

    select
        channels.channel_group,
        channels.touch_count,
        channels.converting_touch_count,
        channels.touch_count - channels.converting_touch_count as other_touch_count,
        channels.last_touch_count,
        measured.conversion_rate,
        channels.touch_count / measured.visits_to_itself as passing_count,
        channels.touch_count / measured.visits_to_itself * measured.conversion_rate
        / nullif(sum(channels.last_touch_count) over (), 0) as removal_effect
    from channels
    inner join measured on channels.channel_group = measured.channel_group

)

select
    channel_group,
    touch_count,
    converting_touch_count,
    cast(
        (1.0 * converting_touch_count / nullif(sum(converting_touch_count) over (), 0))
        / nullif(1.0 * other_touch_count / nullif(sum(other_touch_count) over (), 0), 0) as decimal(18, 6)
    ) as touch_lift,
    round(cast(passing_count as double), 9) as passing_count,
    round(cast(conversion_rate as double), 12) as conversion_rate,
    cast(sum(last_touch_count) over () as bigint) as conversion_count,
    round(cast(removal_effect as double), 12) as removal_effect,
    round(cast(removal_effect / nullif(sum(removal_effect) over (), 0) as double), 12) as credit_share
from effects
