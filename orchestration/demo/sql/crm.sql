--> base/organisations.parquet | once
-- One organisation to 33 people; its buyer is one of them. j % 10 = 4 belongs to j - 1, which belongs to j - 2; one in
-- twenty stands in the CRM twice, the second time under another spelling.
with org as (
    select j, p.* from range($organisations) r(j) join read_parquet('$base/people_*.parquet') p on p.i = (j * 33 + 5) % $customers
)
select org.* exclude (region), if(region = 'CN', 'CN', 'UK') as region, region = 'CN' as chinese, 'B' || number8(j * 2, 19999999) as account_ref,
    case when region = 'CN' then city || pick(['明德', '华润祥', '锦绣', '东方', '万象', '瑞丰'], u(j, 'brand')) || pick(['酒店管理', '餐饮', '商贸', '家居'], u(j, 'trade')) || '有限公司'
        else pick(getvariable('stem'), u(j, 'brand')) || pick(getvariable('ending'), u(j, 'brand2')) || ' ' || pick(['Hotels', 'Catering', 'Interiors', 'Estates', 'Retail', 'Care Homes'], u(j, 'trade')) end as company,
    pick(['hospitality', 'food service', 'interior design', 'real estate', 'retail', 'health care'], u(j, 'trade')) as sector, floor(exp(3.2 + 1.3 * z(j, 'size')))::int + 1 as staff,
    lpad(((j * 6700417 + 1000003) % 99999989)::varchar, 8, '0') as registration, if(j % 10 in (3, 4), j - 1, null) as parent,
    'R' || lpad((upto(u(j, 'seller'), $sellers) + 1)::varchar, 3, '0') as seller, satisfaction + 0.3 * z(j, 'fit') as fit, u(j, 'doubled') < 0.05 as doubled, join_day as since
from org;
--> demo/crm/accounts.tsv | once | after organisations
-- Companies, companies entered twice, and private key customers (i % 25 = 9).
select account_ref as account_id, 'company' as kind, company || if(chinese, '', ' Ltd') as account_name, given || ' ' || family as contact, record_email(j * 16 + 3, left(lower(given_alt), 1) || '.' || mail_name || '@' || lower(registration) || if(chinese, '.cn', '.co.uk'), null, null, 0.05, false) as email,
    record_phone(j * 16 + 3, region, phone, null, null, 0.1, false) as phone, registration as reg_no, sector, staff, staff * 61 as turnover_k, if(parent is null, null, 'B' || number8(parent * 2, 19999999)) as parent_id, street, city, county, postcode, country,
    day_of(least(since, 600)) + interval 9 hour as created, day_of(least(since, 600)) + interval 10 hour as changed from (select *, coalesce(nullif(lower(regexp_replace(family, '[^A-Za-z]', '', 'g')), ''), lower(family_pinyin)) as mail_name from read_parquet('$base/organisations.parquet'))
union all
select 'B' || number8(j * 2 + 1, 19999999), 'company', if(chinese, replace(company, '有限公司', '公司'), upper(company) || ' LIMITED'), left(given, 1) || ' ' || family, null, record_phone(j * 16 + 4, region, phone, null, null, 0.1, false),
    if(u(j, 'reg known') < 0.5, registration, null), sector, null, null, null, street, city, county, postcode, country, day_of(least(since, 600) + 40) + interval 9 hour, day_of(least(since, 600) + 40) + interval 10 hour from read_parquet('$base/organisations.parquet') where doubled
union all
select key_ref(i), 'key person', null, if(region = 'CN', family || given, given || ' ' || family), record_email(i * 16 + 6, email, new_email, null, 0.05, u(i, 'crm new') < 0.5 and new_email is not null), record_phone(i * 16 + 6, region, phone, new_phone, null, 0.1, new_phone is not null),
    null, null, null, null, null, coalesce(new_street, street), city, county, coalesce(new_postcode, postcode), country, day_of(join_day) + interval 9 hour, day_of(greatest(join_day, 300)) + interval 10 hour from read_parquet('$base/people_*.parquet') where i % 25 = 9 and join_day < 725;
--> demo/crm/people.csv | once
select 'R' || lpad(r::varchar, 3, '0') as id, pick(if(u(r, 'rep sex') < 0.5, getvariable('given_f'), getvariable('given_m')), u(r, 'rep')) || ' ' || pick(getvariable('family_en'), u(r, 'rep family')) as name,
    'Trade > ' || if(r = 0, 'Management', ['North', 'South', 'Online', 'China'][r % 4 + 1]) as team, if(r = 0, null, 'R000') as boss, if(r = 0, 'head of trade', 'account manager') as job, date '2019-03-01' + upto(u(r, 'rep hired'), 1800) as since from range($sellers + 1) t(r) order by r;
--> demo/crm/plans.csv | once
select 'PL-' || lpad(p::varchar, 2, '0') as code, ['Care Plan', 'Tea Supply', 'Linen Service', 'Lighting Lease'][p % 4 + 1] || ' ' || ['Basic', 'Plus', 'Premier'][p // 4 + 1] as name, 'Services > ' || ['Care', 'Supply', 'Linen', 'Lighting'][p % 4 + 1] as category, ['Larch', 'Lantern', 'Highmoor'][p // 4 + 1] as brand,
    [4.99, 19.00, 29.00, 49.00][p % 4 + 1] * [1, 2, 3][p // 4 + 1] as monthly, 'plan-' || (p % 4) as ladder, p // 4 + 1 as step from range(12) r(p) order by p;
--> demo/crm/plan_rules.csv | once
select 'PL-' || lpad(a::varchar, 2, '0') as plan, 'PL-' || lpad(b::varchar, 2, '0') as other, rule from (values (0, 4, 'excludes'), (4, 8, 'excludes'), (0, 8, 'excludes'), (2, 0, 'requires'), (6, 4, 'requires'), (3, 1, 'bundle'), (7, 5, 'bundle'), (11, 9, 'bundle')) t(a, b, rule);
--> base/deals.parquet | once | after organisations
-- Who wins: the fit of the company, the seller's skill, a recommendation. A deal passes the stages in order; one in
-- eight steps back once, one in fourteen lost deals is opened again.
with deal as (
    select o.* exclude (i, m, q), j * 8 + q as deal, i, day_of(greatest(o.since, 0) + upto(u(j * 8 + q, 'opened'), greatest(729 - greatest(o.since, 0), 1))) + to_seconds(32400 + upto(u(j * 8 + q, 'hour'), 28000)) as opened_at,
        pick(['referral', 'web', 'trade fair', 'cold call', 'campaign'], u(j * 8 + q, 'source')) as source, floor(exp(7.2 + 0.35 * ln(staff) + 0.8 * z(j * 8 + q, 'amount'))) as amount
    from (select *, 0 as m, unnest(range(1 + poisson(1.8, u(j, 'deals')))) as q from read_parquet('$base/organisations.parquet')) o
), fated as (
    select *, u(deal, 'wins') < 1 / (1 + exp(-(-0.25 + 0.9 * fit + 1.2 * (u(ascii(right(seller, 1)) + 10 * ascii(right(seller, 2)), 'skill') - 0.5) + 0.7 * (source = 'referral')::int - 0.5 * (source = 'cold call')::int))) as wins,
        1 + upto(u(deal, 'lost at') ** 0.8, 4) as lost_at, u(deal, 'back') < 0.125 as steps_back, u(deal, 'again') < 0.07 as opens_again from deal
), path as (
    select *, list_concat(list_concat(if(wins, ['Prospecting', 'Engaging', 'Proposal', 'Negotiation'], ['Prospecting', 'Engaging', 'Proposal', 'Negotiation'][1:lost_at]),
        if(steps_back and (wins or lost_at > 2), if(wins, ['Proposal', 'Negotiation'], ['Engaging', 'Proposal']), [])), if(wins, ['Won'], if(opens_again, ['Lost', 'Engaging', 'Proposal', if(u(deal, 'second') < 0.4, 'Won', 'Lost')], ['Lost']))) as stages from fated
), step as (
    select *, unnest(stages) as stage, generate_subscripts(stages, 1) as n from path
), timed as (
    select *, opened_at + to_seconds(sum(if(n = 1, 0, 3600 + floor(-ln(1 - u(deal * 16 + n, 'stays')) * 86400 * case stage when 'Engaging' then 9 when 'Proposal' then 16 when 'Negotiation' then 24 else 12 end)))
        over (partition by deal order by n rows unbounded preceding)::bigint) as entered_at from step
)
select *, 'O' || number12(deal, 3141592) as deal_ref, 'L' || number12(deal, 1618033) as lead_ref, u(deal, 'had lead') < 0.7 as had_lead, max(n) over (partition by deal) = n as is_last
from timed where entered_at < timestamp '2026-06-30 20:00:00' order by deal, n;
--> demo/crm/leads.csv | once | after deals
select lead_ref as id, account_ref as account_id, deal_ref as deal_id, seller as owner, given || ' ' || family as name, lower(given_alt) || '@' || registration || '.example' as email, phone, company, source, 'converted' as status, opened_at - to_seconds(86400 + upto(u(deal, 'lead'), 1700000)) as created, opened_at as converted
from read_parquet('$base/deals.parquet') where n = 1 and had_lead
union all
select 'L' || number12(800000000000 + j * 4 + q, 1618033), null, null, seller, pick(getvariable('given_f'), u(j * 4 + q, 'lead given')) || ' ' || pick(getvariable('family_en'), u(j * 4 + q, 'lead family')), 'contact' || (j * 4 + q) || '@prospect.example', null,
    pick(getvariable('stem'), u(j * 4 + q, 'lead stem')) || pick(getvariable('ending'), u(j * 4 + q, 'lead ending')), pick(['web', 'web', 'trade fair', 'cold call', 'campaign'], u(j * 4 + q, 'lead source')), pick(['new', 'contacted', 'disqualified'], u(j * 4 + q, 'lead status')), day_of(upto(u(j * 4 + q, 'lead day'), 729)) + to_seconds(40000), null
from read_parquet('$base/organisations.parquet'), range(2) r(q) where u(j * 4 + q, 'lead there') < 0.6;
--> demo/crm/deals.csv | once | after deals
select deal_ref as id, account_ref as account_id, if(had_lead, lead_ref, null) as lead_id, seller as owner, 'PL-' || lpad(upto(u(deal, 'plan'), 12)::varchar, 2, '0') as plan, source, stage, case stage when 'Won' then 'won' when 'Lost' then 'lost' else 'open' end as result, amount::bigint as value, if(chinese, 'CNY', 'GBP') as currency,
    if(stage = 'Lost', pick(['price', 'competitor', 'no budget', 'timing'], u(deal, 'why lost')), null) as reason, opened_at as created, (opened_at + interval 60 day)::date as expected, if(stage in ('Won', 'Lost'), entered_at, null) as closed, entered_at as changed
from read_parquet('$base/deals.parquet') where is_last;
--> demo/crm/deal_stages.csv | once | after deals
select deal_ref as deal_id, stage, entered_at as since, seller as changed_by from read_parquet('$base/deals.parquet');
--> demo/crm/activities.csv | once | after deals
select 'V' || number12(deal * 64 + n * 4 + q, 2718281) as id, pick(['call', 'e-mail', 'visit', 'meeting', 'demo', 'trial'], u(deal * 64 + n * 4 + q, 'kind')) as kind, account_ref as account_id, deal_ref as deal_id, seller as by, pick(['done', 'no answer', 'follow up'], u(deal * 64 + n * 4 + q, 'ends')) as outcome,
    300 + upto(u(deal * 64 + n * 4 + q, 'long') ** 2, 9000) as seconds, cast(8 + 70 * u(deal * 64 + n * 4 + q, 'cost') ** 3 as decimal(9, 2)) as cost, least(entered_at + to_seconds(3600 * (1 + q * 30)), timestamp '2026-06-30 19:30:00') as happened
from read_parquet('$base/deals.parquet'), range(3) r(q) where stage not in ('Won', 'Lost') and u(deal * 64 + n * 4 + q, 'does') < 0.7;
--> demo/crm/contracts.csv | once | after deals
-- A won deal is signed for a year; satisfied companies renew.
select 'G' || number12(deal * 4 + year, 5772156) as id, account_ref as account_id, deal_ref as deal_id, if(year = 0, null, 'G' || number12(deal * 4 + year - 1, 5772156)) as renews, if(entered_at + to_days(365 * (year + 1)) < timestamp '2026-07-01', 'ended', 'running') as status, amount::bigint as value, if(chinese, 'CNY', 'GBP') as currency,
    entered_at + to_days(365 * year) as signed, (entered_at + to_days(365 * year + 1))::date as starts, (entered_at + to_days(365 * (year + 1)))::date as ends
from read_parquet('$base/deals.parquet'), range(2) r(year) where stage = 'Won' and is_last and (year = 0 or (entered_at + to_days(365) < timestamp '2026-06-30' and u(deal, 'renews') < 1 / (1 + exp(-(0.8 + 1.1 * fit)))));
