--> base/mailings_$group.parquet | group
-- One campaign a month to a random quarter of the opened accounts (prospect campaigns: the newest only), one in four
-- of them held back as control. `lift` is the planted effect on the chance of an extra order within ten days: it needs
-- a taste for what is offered or a price motive, and the dissatisfied feel none; the campaigns of month % 6 = 5 have none.
with eligible as (
    select i, m, first, taste, motive, satisfaction, join_day, churn_day, home, region,
        case m % 4 when 0 then 'recurring' when 1 then 'single_step' when 2 then 'multi_step' else 'prospect' end as kind,
        first + 4 + m % 5 as d, (m * 3 + 1) % 8 as offered
    from read_parquet('$base/people_*.parquet') cross join months
    where m between $from and $to and has_shop and join_day < first and u(i * 24 + m, 'target') < if(m % 4 = 3, 0.9, 0.25)
), offered as (
    select *, if(u(i * 24 + m, 'arm') < 0.25, 'control', 'treatment') as arm,
        if(m % 6 = 5 or churn_day < d + 11 or satisfaction < -0.6, 0.0,
            0.14 * (taste = offered)::int + 0.08 * (motive = 'price')::int) as lift
    from eligible where kind <> 'prospect' or join_day >= d - 90
)
select *, arm = 'treatment' and u(i * 24 + m, 'moved by') < lift as is_induced,
    (i * 24 + m) * 8 + 6 as oid, 'CMP-' || lpad((m + 1)::varchar, 2, '0') as campaign_ref
from offered;
--> demo/campaigns/campaigns.csv | once
select 'CMP-' || lpad((m + 1)::varchar, 2, '0') as code, month || ' ' || ['Kitchen', 'Dining', 'Bedroom', 'Bathroom', 'Lighting', 'Garden', 'Outdoors', 'Gifts'][(m * 3 + 1) % 8 + 1] as title,
    ['recurring', 'single_step', 'multi_step', 'prospect'][m % 4 + 1] as type, ['email', 'sms', 'post'][m % 3 + 1] as medium,
    pick(['10 % off', 'free delivery', 'gift with purchase'], u(m, 'offer')) as offer, 'yes' as holdout, 150 + 25 * (m % 5) as set_up_cost,
    strftime(day_of(first + 4 + m % 5), '%Y-%m-%d') as starts, strftime(day_of(first + 18 + m % 5), '%Y-%m-%d') as ends
from months order by m;
--> demo/campaigns/contacts_$month.csv | month | after mailings
-- Steps of a multi-step campaign: a reminder three days later, to the treatment group only.
select m, 'K' || number12((i * 24 + m) * 2 + step, 141421357) as contact_no, campaign_ref as code, shop_ref(i, 0) as customer_no, arm as "group", step + 1 as step, ['email', 'sms', 'post'][m % 3 + 1] as medium,
    case when arm = 'control' then 0.00 else [0.02, 0.06, 0.62][m % 3 + 1] end as cost, day_of(d + 3 * step) + to_seconds(32400 + upto(u(i * 24 + m, 'sent at'), 3600)) as sent_at
from read_parquet('$base/mailings_$group.parquet'), range(2) t(step) where step = 0 or (kind = 'multi_step' and arm = 'treatment');
--> demo/campaigns/responses_$month.csv | month | after mailings
with reaction as (
    select *, unnest(case when arm = 'control' then [] else
        list_filter([if(u(oid, 'opens') < 0.34, 'open', ''), if(u(oid, 'clicks') < 0.08 + lift, 'click', ''), if(is_induced, 'purchase', ''),
            if(u(oid, 'leaves') < 0.004 + 0.02 * (satisfaction < -0.6)::int, 'unsubscribe', ''), if(u(oid, 'complains') < 0.0015, 'complaint', '')], lambda x: x <> '') end) as response
    from read_parquet('$base/mailings_$group.parquet')
)
select m, 'Y' || number12(oid * 8 + instr('ocpuc', left(response, 1)) + (response = 'complaint')::int * 5, 173205081) as response_no, campaign_ref as code, 'K' || number12((i * 24 + m) * 2, 141421357) as contact_no, shop_ref(i, 0) as customer_no,
    response, case when response in ('unsubscribe', 'complaint') then 'negative' when response = 'purchase' then 'positive' when response = 'click' then 'positive' else 'neutral' end as mood,
    if(response = 'purchase', order_ref('shop', oid), null) as order_no,
    if(response = 'purchase', day_of(d + 1 + upto(u(oid, 'after'), 10)) + to_seconds(86300), day_of(d) + to_seconds(37000 + upto(u(oid, 'reacts'), 45000))) as responded_at
from reaction;
