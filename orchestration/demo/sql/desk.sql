--> base/cases_$group.parquet | group | after baskets
-- Tickets grow out of orders, more of them where satisfaction is low; enquiries come from anybody, also before joining.
with troubled as (
    select o.oid as y, o.i, o.m, o.d + 1 + upto(u(oid, 'case after'), 12) as d, o.order_ref, o.region, p as product from read_parquet('$base/baskets_$group.parquet') o
    join read_parquet('$base/people_*.parquet') q using (i) join (select oid, p from read_parquet('$base/lines_$group.parquet') where l = 0) using (oid)
    where u(oid, 'case') < 0.11 * exp(-0.6 * satisfaction)
), asking as (
    select 100000000000 + i * 24 + m as y, i, m, first + upto(u(i * 24 + m, 'asks on'), days) as d, null as order_ref, region, upto(u(i * 24 + m, 'asks of'), 480) as product
    from read_parquet('$base/people_*.parquet') cross join months where m between $from and $to and join_day - 60 < first + days and churn_day > first and u(i * 24 + m, 'asks') < 0.014
), opened as (select *, order_ref is null as is_enquiry from troubled union all by name select *, true as is_enquiry from asking)
select y, m, d, order_ref, is_enquiry, product, sku, if(q.region = 'CN', name_zh, lower(name)) as noun, q.*, mood(y, satisfaction - if(is_enquiry, 0, 0.5)) as mood, i * 16 + 7 as x,
    if(u(i, 'desk account') < 0.75, desk_ref(i), null) as requester, 'T' || number12(y, 22360679) as ticket_ref,
    case when is_enquiry then 'enquiry' else pick(['complaint', 'complaint', 'complaint', 'repair', 'return', 'enquiry', 'other'], u(y, 'kind')) end as kind,
    day_of(d) + to_seconds(32400 + upto(u(y, 'hour'), 32000)) as opened_at, floor(exp(0.9 * z(y, 'answer')) * 9000 * exp(-0.3 * f_service))::int as answer_seconds,
    'A' || lpad((upto(u(y, 'agent'), 12) + if(q.region = 'CN', 50, 10))::varchar, 4, '0') as agent
from opened join read_parquet('$base/people_*.parquet') q using (i) join products on p = product where d < 728;
--> demo/desk/requesters.csv | once | after cases
select distinct on (i) requester as id, if(region = 'CN', family || given, record_given(x, given, given_alt) || ' ' || family) as full_name, record_email(x, email, new_email, home_email, 0.2, u(x, 'new') < 0.5 and new_email is not null) as email,
    record_phone(x, region, phone, new_phone, home_phone, 0.4, u(x, 'new p') < 0.5 and new_phone is not null) as phone, if(region = 'CN', 'zh', 'en') as locale, country
from read_parquet('$base/cases_*.parquet') where requester is not null order by i;
--> demo/desk/agents.csv | once
select 'A' || lpad((a + if(a < 12, 10, 38))::varchar, 4, '0') as id, if(a < 12, pick(getvariable('given_f'), u(a, 'agent')) || ' ' || pick(getvariable('family_en'), u(a, 'agent family')), pick(getvariable('family_han'), u(a, 'agent')) || pick(getvariable('given_han'), u(a, 'agent given'))) as name,
    'Service > ' || if(a < 12, 'Norwich', '上海') as team, date '2019-01-01' + upto(u(a, 'agent hired'), 1900) as since from range(24) r(a) order by a;
--> demo/desk/tickets_$month.csv | month | after cases
select m, ticket_ref as id, requester as requester_id, record_email(y, email, new_email, home_email, 0.25, d > 500 and new_email is not null) as requester_email, record_phone(y, region, phone, new_phone, home_phone, 0.5, d > 500 and new_phone is not null) as requester_phone,
    if(u(y, 'gives order') < 0.65, order_ref, null) as order_no, if(u(y, 'gives sku') < 0.5, sku, null) as sku, agent, kind as type, pick(['low', 'normal', 'normal', 'high'], u(y, 'priority')) as priority, pick(if(region = 'CN', ['wechat', 'phone', 'chat'], ['email', 'email', 'phone', 'chat']), u(y, 'via')) as via,
    if(u(y, 'open') < 0.03, 'open', 'solved') as status, case when region = 'CN' then ['投诉', '咨询', '您好'][mood + 2] || ' ' || noun else ['Problem: ', 'Question: ', 'Thank you: '][mood + 2] || noun end as subject,
    said(y, region, mood, noun) || chr(10) || said(y + 1, region, mood, noun) || if(u(y, 'signed') < 0.4, chr(10) || '-- ' || given, '') as description, if(region = 'CN', 'zh', 'en') as language,
    if(u(y, 'rates') < 0.35, greatest(1, least(5, round(3.3 + 0.9 * mood + 0.5 * f_service + 0.6 * z(y, 'rating')))), null)::int as rating, if(u(y, 'again') < 0.07, 1, 0) as reopens,
    cast(2.5 + answer_seconds / 6000.0 as decimal(9, 2)) as cost, opened_at as created, opened_at + to_seconds(answer_seconds) as first_reply, if(u(y, 'open') < 0.03, null, least(opened_at + to_seconds(answer_seconds * 4), day_of(729) + interval 19 hour)) as solved
from read_parquet('$base/cases_$group.parquet') where opened_at + to_seconds(answer_seconds) < day_of(730);
--> demo/desk/contacts_$month.csv | month | after cases
select m, 'N' || number12(y * 4 + n, 2236067) as id, ticket_ref as ticket_id, requester as requester_id, record_phone(y, region, phone, new_phone, home_phone, 0.4, d > 500 and new_phone is not null) as phone, agent,
    pick(['phone', 'email', 'chat', 'in person'], u(y * 4 + n, 'via')) as channel, if(n % 2 = 0, 'inbound', 'outbound') as direction, kind as topic, 30 + floor(exp(0.8 * z(y * 4 + n, 'talk')) * 240)::int as seconds, opened_at + to_seconds(n * 5400) as started
from read_parquet('$base/cases_$group.parquet'), range(3) r(n) where n = 0 or u(y * 4 + n, 'again') < 0.42;
--> demo/desk/surveys_$month.csv | month | after baskets, cases
-- Three kinds of surveys. Scores are the planted factor plus noise on the item's scale; 2 % answer all items alike.
with asked as (
    select oid as y, i, m, 'csat' as survey, d + 2 as d, order_ref, null as ticket_ref from read_parquet('$base/baskets_$group.parquet') where u(oid, 'survey') < 0.07 and not is_cancelled
    union all select 300000000000 + y, i, m, 'csat', d + 2, null, ticket_ref from read_parquet('$base/cases_$group.parquet') where u(y, 'survey') < 0.2
    union all select 200000000000 + i * 24 + m, i, m, case when u(i, 'which') < 0.5 then 'nps' else 'cli' end, first + 10, null, null from read_parquet('$base/people_*.parquet') cross join months
        where m between $from and $to and m % 6 = 2 and has_shop and join_day < first and churn_day > first - 60 and u(i * 24 + m, 'asked') < 0.12
), item as (
    select asked.*, p.* exclude (i), unnest(case survey when 'csat' then ['product_quality', 'delivery', 'service', 'price', 'overall'] when 'nps' then ['recommend'] else ['recommend', 'repurchase', 'other_products'] end) as item
    from asked join read_parquet('$base/people_*.parquet') p using (i) where d < 729
), scored as (
    select *, if(survey = 'nps', 0, 1) as low, case survey when 'csat' then 5 else 10 end as high, mood(y, satisfaction) as mood,
        if(u(y, 'straight') < 0.02, 1.0, case item when 'product_quality' then f_quality when 'delivery' then f_delivery when 'service' then f_service when 'price' then f_price else 1.25 * satisfaction end
            + 0.55 * z(y, item)) as felt
    from item
)
select m, 'Q' || number12(y, 14142135) as response_id, survey as type, item, greatest(low, least(high, round(if(survey = 'csat', 3.5 + 0.95 * felt, 7.1 + 2.2 * felt))))::int as score, low as scale_from, high as scale_to,
    if(u(i, 'desk account') < 0.75 and ticket_ref is not null, desk_ref(i), null) as requester_id, record_email(y, email, new_email, home_email, 0.1, d > 500 and new_email is not null) as email, order_ref as order_no, ticket_ref as ticket_id,
    if(item in ('overall', 'recommend') and u(y, 'comments') < 0.5, said(y, region, mood, if(region = 'CN', '东西', 'order')) || if(u(y, 'more') < 0.3, chr(10) || said(y + 1, region, mood, if(region = 'CN', '商品', 'lamp')), ''), null) as comment, if(region = 'CN', 'zh', 'en') as language,
    day_of(d) + to_seconds(36000 + upto(u(y, 'answered'), 40000)) as answered
from scored;
