-- Two years of orders, returns and mailings of 240 customers, every value a function of a hash: heavy and rare buyers,
-- ties, customers whose orders were all cancelled, one with returns only, gifts, orders of nobody known.
create schema if not exists core;
create or replace macro pick(a, b, n) as cast(hash(a || ':' || b) % n as integer);
create table core.dim_products as
select 'p' || i as product_id, 'p' || i as product_name, ['tea', 'light', 'linen', null][1 + i % 4] as category_name,
    cast(case when i % 5 > 0 then 2 + i end as decimal(18, 4)) as unit_cost_base,
    date '2021-06-01' + (60 * i)::integer as launched_on
from range(20) as t(i);
create table core.fct_orders as
with customers as (select i, 'c' || lpad(i::varchar, 3, '0') as customer_id, 1 + pick(i, 'n', 3) * pick(i, 'm', 5) as orders
    from range(240) as t(i))
select 'o' || i || '-' || k as order_id, 's' as system,
    case when pick(i, 'anon', 12) > 0 then customer_id end as customer_id,
    date '2022-01-03' + pick(i, 'day' || k, 720) as ordered_on,
    case when pick(i, 'ch' || k, 3) = 0 then 'web' else 'store' end as channel,
    case when pick(i, 'ch' || k, 3) = 0 then 'online' else 'store' end as channel_group,
    pick(i, 'cancel' || k, 15) = 0 as is_cancelled, false as is_inferred
from customers, range(orders) as t(k);
create table core.fct_order_lines as
select order_id || ':' || k as line_id, order_id, 'p' || pick(order_id, 'p' || k, 20) as product_id, ordered_on, is_cancelled,
    'product' as line_kind, cast(1 + pick(order_id, 'q' || k, 3) as decimal(18, 4)) as quantity,
    cast(case when pick(order_id, 'gift' || k, 25) = 0 then 0 else 5 + pick(order_id, 'price', 200) / 4.0 end as decimal(18, 4)) as unit_price
from core.fct_orders, range(2) as t(k);
alter table core.fct_order_lines add column line_amount decimal(18, 4);
alter table core.fct_order_lines add column gross_base decimal(18, 4);
alter table core.fct_order_lines add column discount_base decimal(18, 4);
alter table core.fct_order_lines add column line_amount_base decimal(18, 4);
alter table core.fct_order_lines add column cost_base decimal(18, 4);
update core.fct_order_lines set gross_base = quantity * unit_price,
    discount_base = case when pick(line_id, 'd', 6) = 0 then quantity * unit_price / 10 else 0 end,
    cost_base = case when pick(line_id, 'c', 3) = 0 then quantity * 3 end;
update core.fct_order_lines set line_amount = gross_base - discount_base, line_amount_base = gross_base - discount_base;
create or replace table core.fct_orders as
select o.*, o.ordered_on + interval '9 hours' as ordered_at, l.positive_line_count, l.gross_base, l.discount_base,
    cast(case when is_cancelled then 0 else 3.5 end as decimal(18, 4)) as shipping_base,
    cast(case when is_cancelled then 0 else l.gross_base - l.discount_base + 3.5 end as decimal(18, 4)) as sales_base, l.cost_base
from core.fct_orders as o join (select order_id, count(*) filter (where line_amount > 0) as positive_line_count,
    sum(gross_base) as gross_base, sum(discount_base) as discount_base, sum(cost_base) as cost_base
    from core.fct_order_lines group by 1) as l using (order_id);
create table core.fct_returns as
select 'r' || line_id as return_id, o.customer_id, order_id, product_id, l.ordered_on + 20 as returned_on, quantity,
    cast(case when o.is_cancelled then 0 else line_amount_base end as decimal(18, 4)) as deducted_base
from core.fct_order_lines as l join core.fct_orders as o using (order_id) where pick(line_id, 'return', 14) = 0
union all select 'r-only', 'c999', null, 'p1', date '2022-05-05', 1, 4;
create table core.customer_interactions as
select customer_id, ordered_on - 3 as happened_on, 'browsing' as family, 'visit' as type from core.fct_orders where customer_id is not null;
create table core.fct_campaign_contacts as
select 'k' || k as campaign_id, 'k' || k || ':' || i as campaign_contact_id, 'c' || lpad(i::varchar, 3, '0') as customer_id,
    case when pick(i, 'arm' || k, 5) = 0 then 'control' else 'treatment' end as arm,
    date '2022-04-01' + (90 * k)::integer as sent_on, cast(0.5 as decimal(18, 4)) as cost_base from range(240) as t(i), range(7) as u(k);
create table core.fct_campaign_responses as
select campaign_id, customer_id, 'purchase' as response_kind, sent_on + 2 as responded_on from core.fct_campaign_contacts
where arm = 'treatment'
    and pick(customer_id, campaign_id, 50) < pick(cast(substring(customer_id, 2) as bigint), 'n', 3) * pick(cast(substring(customer_id, 2) as bigint), 'm', 5);
create table core.int_customers__attributes as
select 'c' || lpad(i::varchar, 3, '0') as customer_id, i % 2 = 0 as may_email, false as may_sms, false as may_phone, false as may_post
from range(240) as t(i);
create table core.dim_dates as
select cast(d as date) as date_on, cast(date_trunc('month', d) as date) as month_on
from range(timestamp '2021-12-01', timestamp '2024-01-01', interval '1 day') as t(d);
create table core.fct_tickets as
select 't' || i as ticket_id, 'c' || lpad((i % 260)::varchar, 3, '0') as customer_id, ['complaint', 'enquiry'][1 + i % 2] as ticket_kind,
    date '2022-02-01' + i::integer as opened_on, cast(4.25 as decimal(18, 4)) as handling_cost_base from range(300) as t(i);
create table core.fct_surveys as
select 'a' || i as answer_id, 'c' || lpad((i % 240)::varchar, 3, '0') as customer_id, ['csat', 'nps', 'cli'][1 + i % 3] as survey_kind,
    ['overall', 'recommend', 'repurchase'][1 + i % 3] as item, cast(pick(i, 's', 101) as decimal(18, 4)) as score_percent,
    date '2022-03-01' + i::integer as answered_on from range(400) as t(i);
create table core.fct_engagements as
select 'e' || i as engagement_id, 'c' || lpad((i % 200)::varchar, 3, '0') as customer_id,
    ['share', 'like', 'comment'][1 + i % 3] as engagement_kind, date '2022-03-01' + i::integer as occurred_on from range(300) as t(i);
create table core.int_customers__interactions_summed as
select customer_id, count(*) as session_count from core.customer_interactions group by 1;
