--> truth/people_$shard.parquet | shard | after people
-- One row a person: what later work must find out. `churned_on` is empty for those who are still customers at the end.
select person_ref(i) as person_id, person_ref(home) as household_id, region, gender, given as given_name, family as family_name, birth_date, email, new_email, phone, new_phone, is_member, has_shop, is_junior, is_namesake, shares_card, many_cards, borrows_card, is_relative,
    day_of(join_day)::date as joined_on, if(churn_day < 730, day_of(churn_day)::date, null) as churned_on, hazard as monthly_churn_hazard, rate as monthly_order_rate, satisfaction, f_delivery, f_quality, f_service, f_price, motive, taste as favourite_category
from read_parquet('$base/people_$shard.parquet');
--> truth/records.parquet | once | after accounts, cases, profiles, organisations
-- The person, or the organisation, behind every account of every system.
select 'pos' as system, 'customers' as stream, member_ref(i * 8 + n) as record_ref, person_ref(i) as entity_id from (select i, join_day, unnest(if(many_cards, range(3 + (i // 100) % 4), [0])) as n from read_parquet('$base/people_*.parquet') where is_member and region = 'UK') where join_day + n * 11 < 730
union all select 'pos_cn', 'customers', member_ref(i * 8), person_ref(i) from read_parquet('$base/people_*.parquet') where is_member and region = 'CN' and join_day < 730
union all select 'shop', 'customers', customer_no, person_ref(i) from read_parquet('$base/accounts.parquet') where later
union all select 'crm', 'customers', account_ref, org_ref(j) from read_parquet('$base/organisations.parquet')
union all select 'crm', 'customers', 'B' || number8(j * 2 + 1, 19999999), org_ref(j) from read_parquet('$base/organisations.parquet') where doubled
union all select 'crm', 'customers', key_ref(i), person_ref(i) from read_parquet('$base/people_*.parquet') where i % 25 = 9 and join_day < 725
union all select distinct 'desk', 'customers', requester, person_ref(i) from read_parquet('$base/cases_*.parquet') where requester is not null
union all select 'social', 'profiles', profile_ref, person_ref(i) from read_parquet('$base/profiles.parquet')
order by all;
--> truth/organisations.parquet | once | after organisations
select org_ref(j) as organisation_id, account_ref, company, registration, if(parent is null, null, org_ref(parent)) as parent_id, person_ref(i) as buyer_id, fit from read_parquet('$base/organisations.parquet') order by j;
--> truth/orders_$group.parquet | group | after baskets
-- The person behind every order, anonymous ones too; `card_use` says whose card was shown.
select system, order_ref, person_ref(i) as person_id, card_ref, card_use, in_store and card_ref is null as is_anonymous, account_ref, oid % 8 = 6 as is_caused_by_campaign from (select *, system <> 'shop' as in_store from read_parquet('$base/baskets_$group.parquet'));
--> truth/cards.parquet | once | after baskets
-- Cards that are not one card of one person, with the people whose orders they carry.
with used as (
    select card_ref, card_use, count(*) as orders, count(distinct i) as people from read_parquet('$base/baskets_*.parquet') where card_ref is not null group by all
)
select card('UK', i, 0) as card_ref, 'shared' as kind, person_ref(i) as holder_id, null as employee_ref, coalesce((select sum(orders) from used u1 where u1.card_ref = card('UK', i, 0) and card_use = 'borrowed'), 0)::bigint as foreign_orders from read_parquet('$base/people_*.parquet') where shares_card
union all select card(region, i, n), 'many', person_ref(i), null, 0 from (select i, region, unnest(range(3 + (i // 100) % 4)) as n from read_parquet('$base/people_*.parquet') where many_cards and is_member)
union all select card('UK', relative, 0), 'clerk', person_ref(relative), employee_ref, coalesce((select sum(orders) from used u2 where u2.card_ref = card('UK', relative, 0) and card_use = 'clerk'), 0)::bigint from clerks where relative is not null
order by all;
--> truth/visitors_$group.parquet | group | after visits
select visitor_id as visitor_ref, person_ref(i) as person_id, count(*) as visits from read_parquet('$base/visits_$group.parquet') group by all order by all;
--> truth/attribution_$group.parquet | group | after visits
-- The path before every web order, newest visit last; exactly one visit of each caused it.
select order_ref, row_number() over (partition by order_ref order by moment, sid) as position, moment as visited_at, source, medium, campaign, is_cause from read_parquet('$base/visits_$group.parquet') where kind <> 'browse' order by order_ref, position;
--> truth/uplift_$group.parquet | group | after mailings
-- `true_lift` is the planted effect of being written to on the chance of an extra order within ten days.
select 'K' || number12((i * 24 + m) * 2, 141421357) as contact_ref, campaign_ref, shop_ref(i, 0) as customer_ref, person_ref(i) as person_id, arm, lift as true_lift, is_induced from read_parquet('$base/mailings_$group.parquet');
--> truth/drivers.parquet | once
-- Weight of each driver in satisfaction, and what satisfaction does to the hazard of leaving: 0.021 x exp(-0.75 s) a month.
select * from (values ('delivery', 0.50), ('product_quality', 0.30), ('service', 0.15), ('price', 0.00)) t(item, weight);
--> truth/moods_$group.parquet | group | after cases
select 'desk' as system, 'tickets' as stream, ticket_ref as record_ref, mood, is_enquiry from read_parquet('$base/cases_$group.parquet') where opened_at + to_seconds(answer_seconds) < day_of(730);
--> truth/deals.parquet | once | after deals
select deal_ref as opportunity_ref, org_ref(j) as organisation_id, fit, wins, steps_back, opens_again, lost_at from read_parquet('$base/deals.parquet') where is_last order by deal_ref;
--> truth/broken_plans.parquet | once | after holders
-- Subscriptions to a plan that requires another one, which their owner does not hold.
select plan_ref(x * 8) as subscription_ref from read_parquet('$base/holders.parquet') where holds_plan(x, is_company) and breaks_rule(x) order by 1;
