-- The code of a mailed customer is the one known on the eve of the mailing; later purchases would explain the response by itself.
with

contacts as (

    select
        campaign_id,
        customer_id,
        min(sent_on) as sent_on
    from {{ ref('fct_campaign_contacts') }}
    where customer_id is not null and arm = 'treatment'
    group by campaign_id, customer_id

),

responses as (

    select distinct
        campaign_id,
        customer_id
    from {{ ref('fct_campaign_responses') }}
    where customer_id is not null and response_kind = 'purchase'

),

known as (

    select
        contacts.campaign_id,
        contacts.customer_id,
        contacts.sent_on,
        {{ date_diff_days('max(case when daily.is_recency then daily.happened_on end)', 'contacts.sent_on') }} as r_days,
        sum(daily.f_count) as f_count,
        sum(daily.net_base) as m_total
    from contacts
    inner join {{ ref('int_rfm__daily') }} as daily
        on
            contacts.customer_id = daily.customer_id
            and contacts.sent_on > daily.happened_on
    group by contacts.campaign_id, contacts.customer_id, contacts.sent_on
    having sum(daily.purchase_count) > 0

),

by_recency as (

    select
        *,
        ntile(5) over (order by r_days desc, campaign_id asc, customer_id asc) as r_code
    from known

),

by_frequency as (

    select
        *,
        ntile(5) over (partition by r_code order by f_count, campaign_id, customer_id) as f_code
    from by_recency

),

by_money as (

    select
        *,
        ntile(5) over (partition by r_code, f_code order by m_total, campaign_id, customer_id) as m_code
    from by_frequency

)

select
    by_money.campaign_id,
    by_money.customer_id,
    by_money.sent_on,
    cast(100 * by_money.r_code + 10 * by_money.f_code + by_money.m_code as varchar) as cell,
    responses.customer_id is not null as is_response
from by_money
left join responses
    on
        by_money.campaign_id = responses.campaign_id
        and by_money.customer_id = responses.customer_id
