--> base/holders.parquet | once | after organisations
-- Who may hold plans: companies and private key customers of the CRM.
select account_ref as ref, j * 2 as x, i, region, fit as satisfaction, greatest(since, -300) as since, true as is_company, if(parent is null, null, 'B' || number8(parent * 2, 19999999)) as parent_ref, churn_day from read_parquet('$base/organisations.parquet')
union all select key_ref(i), i * 2 + 1, i, region, satisfaction, greatest(join_day, -300), false, if(i % 50 = 34, key_ref(i - 25), null), churn_day from read_parquet('$base/people_*.parquet') where i % 25 = 9 and join_day < 725;
--> demo/crm/billing_accounts.csv | once | after holders
select 'F' || number8(x * 2 + n, 7654321) as id, ref as account_id, n = 0 as main, 'active' as status, if(region = 'CN', 'CNY', 'GBP') as currency, day_of(least(since, 700)) as opened from read_parquet('$base/holders.parquet'), range(2) r(n) where n = 0 or u(x, 'two accounts') < 0.15;
--> demo/crm/subscriptions.csv | once | after holders
-- The three-party model: an owner, sometimes another orderer, user or guarantor, and the account that pays. Private
-- plans end at the planted churn of their owner or earlier, a company's when it stops being satisfied. Plans are sold in
-- pairs that keep the rules: every second one on the day of the one before it, as that one's companion.
with sold as (
    select *, x * 8 + q as s, x * 8 + q - q % 2 as pair from (select *, unnest(range(if(breaks_rule(x), 1, 1 + poisson(if(is_company, 0.9, 0.3), u(x, 'plans'))))) as q from read_parquet('$base/holders.parquet')) where holds_plan(x, is_company)
), paired as (
    select *, case when breaks_rule(x) then 2 when q < 2 then pick([0, 1, 4, 5, 8, 9, 10], u(pair, 'plan')) else pick([1, 5, 9, 10], u(pair, 'plan')) end as base from sold
), plan as (
    select *, if(q % 2 = 0, base, [2, 3, null, null, 6, 7, null, null, 10, 11, 9][base + 1]) as p, least(greatest(since, 0) + upto(u(pair, 'starts'), 400), 725) as starts from paired
), ended as (
    select *, starts + 30 + floor(400 * -ln(1 - u(s, 'lasts')) * exp(0.5 * satisfaction))::int as lasts from plan
), lived as (select *, if(not is_company and churn_day > starts, least(lasts, churn_day), lasts) as ends from ended)
select plan_ref(s) as id, ref as account_id, if(parent_ref is not null and u(s, 'orderer') < 0.5, parent_ref, null) as ordered_by, if(parent_ref is not null and u(s, 'user') < 0.2, parent_ref, null) as used_by, if(parent_ref is not null and u(s, 'guarantor') < 0.3, parent_ref, null) as guarantor,
    'F' || number8(x * 2 + if(u(x, 'two accounts') < 0.15 and q > 0, 1, 0), 7654321) as billing_id, 'PL-' || lpad(p::varchar, 2, '0') as plan, if(u(s, 'branded') < 0.85, ['Larch', 'Lantern', 'Highmoor'][p // 4 + 1], null) as brand, if(parent_ref is not null and not is_company, 'family', null) as user_group,
    pick(['monthly', 'yearly'], u(s, 'tariff')) as tariff, ['standard', 'next day', 'same day'][p // 4 + 1] as service_level, pick(['direct debit', 'card', 'invoice'], u(s, 'pays')) as pays_by, 'terminal' as resource, 'TX' || number12(s, 1357911) as serial, if(is_company, 500 * (1 + upto(u(s, 'limit'), 10)), null) as credit_limit,
    cast([4.99, 19.00, 29.00, 49.00][p % 4 + 1] * [1, 2, 3][p // 4 + 1] * if(region = 'CN', 9, 1) as decimal(9, 2)) as monthly, if(region = 'CN', 'CNY', 'GBP') as currency, if(ends < 730, 'ended', 'active') as status, if(ends < 730, pick(['too expensive', 'service', 'moved', 'not needed', 'competitor'], u(s, 'why')), null) as reason,
    day_of(starts) + interval 9 hour as started, if(ends < 730, day_of(ends) + interval 17 hour, null) as ended
from lived;
--> demo/crm/relations.csv | once | after holders
select ref as "from", parent_ref as "to", if(is_company, 'belongs_to', 'kinship') as kind, day_of(least(since, 700)) as since from read_parquet('$base/holders.parquet') where parent_ref is not null
union all select ref, parent_ref, 'guarantee', day_of(least(since, 700) + 20) from read_parquet('$base/holders.parquet') where parent_ref is not null and u(x, 'stands in') < 0.2
union all select key_ref((j * 25 + 9) % ($customers // 25 * 25)), account_ref, 'referral', day_of(least(since, 700)) from read_parquet('$base/organisations.parquet') where u(j, 'referred') < 0.15 and (j * 25 + 9) % ($customers // 25 * 25) in (select i from read_parquet('$base/people_*.parquet') where join_day < 725);
--> base/quota-pos.parquet | once
select 'store' as "Subject Kind", store_ref as "Subject", 'revenue' as "Measure", day_of(first)::date as "From", (day_of(first) + interval 3 month - interval 1 day)::date as "To",
    (round($customers * 55.0 / $uk_stores * (0.8 + 0.4 * u(s, 'target')) * (season + 1) / 2 / 100) * 100)::bigint as "Target" from stores cross join months where m % 3 = 0 and region = 'UK' order by s, m;
--> base/quota-crm.parquet | once
select 'employee' as "Subject Kind", 'R' || lpad(r::varchar, 3, '0') as "Subject", 'won_deals' as "Measure", day_of(first)::date as "From", (day_of(first) + interval 3 month - interval 1 day)::date as "To",
    2 + upto(u(r * 24 + m, 'quota'), 4) as "Target" from range(1, $sellers + 1) t(r) cross join months where m % 3 = 0 order by r, m;
