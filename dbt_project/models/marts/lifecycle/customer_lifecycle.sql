-- A change of state is decided by what lies before it: a purchase or a visit by itself, falling dormant or lost by the
-- window of the month of the last purchase. So a later as_of ends the open interval and adds others, and changes none.
with

windows as (

    select month_on, dormant_days, lost_days from {{ ref('lifecycle_windows') }}

),

purchases as (

    select
        days.customer_id,
        days.purchased_on,
        days.day_no,
        days.next_on,
        {{ dbt.dateadd('day', 'windows.dormant_days', 'days.purchased_on') }} as dormant_on,
        {{ dbt.dateadd('day', 'windows.lost_days', 'days.purchased_on') }} as lost_on
    from {{ ref('int_customers__purchase_days') }} as days
    inner join windows on cast(date_trunc('month', days.purchased_on) as date) = windows.month_on

),

first_purchases as (

    select customer_id, purchased_on from purchases where day_no = 1

),

-- What the company sent shows nothing of the person.
visits as (

    select
        interactions.customer_id,
        interactions.happened_on as visited_on,
        {{ dbt.dateadd('day', 'max(windows.lost_days)', 'interactions.happened_on') }} as faded_on,
        row_number() over (partition by interactions.customer_id order by interactions.happened_on) as day_no,
        coalesce(
            lead(interactions.happened_on) over (partition by interactions.customer_id order by interactions.happened_on),
            max(first_purchases.purchased_on)
        ) as next_on
    from {{ ref('customer_interactions') }} as interactions
    inner join windows on cast(date_trunc('month', interactions.happened_on) as date) = windows.month_on
    left join first_purchases on interactions.customer_id = first_purchases.customer_id
    where
        interactions.type <> 'campaign_contact'
        and (interactions.happened_on < first_purchases.purchased_on or first_purchases.purchased_on is null)
    group by interactions.customer_id, interactions.happened_on

),

changes as (

    select
        customer_id,
        purchased_on as changed_on,
        case
            when day_no = 1 then 'first'
            when purchased_on >= lag(lost_on) over (partition by customer_id order by purchased_on) then 'recovered'
            else 'repeat'
        end as state
    from purchases
    union all
    select customer_id, dormant_on, case when day_no = 1 then 'dormant_once' else 'dormant' end
    from purchases
    where dormant_on < coalesce(next_on, {{ dbt.dateadd('day', 1, as_of()) }})
    union all
    select customer_id, lost_on, 'lost'
    from purchases
    where lost_on < coalesce(next_on, {{ dbt.dateadd('day', 1, as_of()) }})
    union all
    select customer_id, visited_on, case when day_no = 1 then 'contact' else 'engaged' end
    from visits
    union all
    select customer_id, faded_on, 'faded'
    from visits
    where faded_on < coalesce(next_on, {{ dbt.dateadd('day', 1, as_of()) }})

),

told as (

    select
        customer_id,
        cast(changed_on as date) as changed_on,
        state,
        lag(state) over (partition by customer_id order by changed_on) as last_state
    from changes

),

stages as (

    select
        state,
        max(case when vocabulary = 'transaction' then stage end) as stage_by_transaction,
        max(case when vocabulary = 'relationship' then stage end) as stage_by_relationship,
        max(case when vocabulary = 'management' then stage end) as stage_by_management
    from {{ ref('lifecycle_stages') }}
    group by state

)

select
    told.customer_id,
    row_number() over (partition by told.customer_id order by told.changed_on) as interval_no,
    told.changed_on as valid_from,
    lead(told.changed_on) over (partition by told.customer_id order by told.changed_on) as valid_to,
    lead(told.changed_on) over (partition by told.customer_id order by told.changed_on) is null as is_current,
    told.state,
    stages.stage_by_transaction,
    stages.stage_by_relationship,
    stages.stage_by_management
from told
inner join stages on told.state = stages.state
where told.last_state is null or told.last_state <> told.state
