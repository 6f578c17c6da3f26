-- Valued is who stood above the mean of M at the time (rfm_ledger): today's M would know what came after.
with

valued as (

    select
        customer_id,
        valid_from,
        valid_to
    from {{ ref('rfm_ledger') }}
    where rfm_segment in ('important_value', 'important_develop', 'important_keep', 'important_winback')

),

stays as (

    select
        *,
        lead(state) over (partition by customer_id order by interval_no) as next_state
    from {{ ref('customer_lifecycle') }}

),

quarters as (

    select 'now' as quarter, {{ insight('valued_slipping', 'window_days') }} as starts_ago, 0 as ends_ago
    union all
    select 'before', {{ insight('valued_slipping', 'window_days') }} + 365, 365

),

-- Valued customers who were active when the quarter began, and where they stood when it ended.
courses as (

    select
        quarters.quarter,
        began.customer_id,
        case when ended.state in ('dormant', 'dormant_once', 'lost') then 1 else 0 end as is_slipped
    from quarters
    inner join stays as began
        on
            began.state in ('first', 'repeat', 'recovered')
            and {{ date_diff_days('began.valid_from', as_of()) }} >= quarters.starts_ago
            and (began.valid_to is null or quarters.starts_ago > {{ date_diff_days('began.valid_to', as_of()) }})
    inner join valued
        on
            began.customer_id = valued.customer_id
            and {{ date_diff_days('valued.valid_from', as_of()) }} >= quarters.starts_ago
            and (valued.valid_to is null or quarters.starts_ago > {{ date_diff_days('valued.valid_to', as_of()) }})
    inner join stays as ended
        on
            began.customer_id = ended.customer_id
            and {{ date_diff_days('ended.valid_from', as_of()) }} >= quarters.ends_ago
            and (ended.valid_to is null or quarters.ends_ago > {{ date_diff_days('ended.valid_to', as_of()) }})

),

slips as (

    select
        sum(case when courses.quarter = 'now' then courses.is_slipped end) as slipped_count,
        count(*) filter (where courses.quarter = 'now') as active_count,
        count(*) filter (where courses.quarter = 'before') as before_count,
        avg(case when courses.quarter = 'now' then 1.0 * courses.is_slipped end) as slipped_share,
        avg(case when courses.quarter = 'before' then 1.0 * courses.is_slipped end) as before_share,
        sum(case when courses.quarter = 'now' and courses.is_slipped = 1 then facts.sales_base_12m end) as sales_base
    from courses
    left join {{ ref('segment_facts') }} as facts on courses.customer_id = facts.customer_id

),

spells as (

    select
        count(*) as spell_count,
        count(*) filter (where stays.next_state <> 'lost') as back_count
    from stays
    inner join valued
        on
            stays.customer_id = valued.customer_id
            and stays.valid_from >= valued.valid_from
            and (valued.valid_to is null or stays.valid_from < valued.valid_to)
    where stays.state in ('dormant', 'dormant_once') and stays.next_state is not null

),

reachable as (

    select
        count(*) as customer_count,
        sum(rfm.m_avg) as purchase_base
    from stays
    inner join {{ ref('customer_rfm') }} as rfm on stays.customer_id = rfm.customer_id and rfm.is_m_high
    inner join {{ ref('dim_customers') }} as people on stays.customer_id = people.customer_id
    where
        stays.is_current and stays.state in ('dormant', 'dormant_once')
        and (people.may_email or people.may_sms or people.may_phone or people.may_post)

)

select
    'valued_slipping' as rule, 'valued' as subject, 'valued customers' as subject_en, '高价值客户' as subject_zh,
    cast(slipped_count as bigint) as hit_count, cast(active_count as bigint) as base_count, cast(slipped_count as bigint) as item_count,
    cast(null as varchar) as detail, cast(slipped_share as double) as observed_share,
    case when before_count >= {{ insight('valued_slipping', 'min_count') }} then cast(before_share as double) end as expected_share,
    cast(sales_base * (1 - before_share / nullif(slipped_share, 0)) as decimal(18, 2)) as size_base
from slips
union all
select
    'win_back', 'dormant', 'dormant customers', '休眠客户', spells.back_count, spells.spell_count, reachable.customer_count, null,
    cast(1.0 * spells.back_count / nullif(spells.spell_count, 0) as double), null,
    cast(
        reachable.purchase_base
        * {{ share_bound('spells.back_count', 'spells.spell_count', insight('win_back', 'z'), '-') }} as decimal(18, 2)
    )
from spells
cross join reachable
where reachable.customer_count > 0
