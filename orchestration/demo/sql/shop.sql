--> base/accounts.parquet | once
-- The web shop's accounts as the export shows them; the later export knows the changes that owners made.
with account as (
    select *, unnest(if(has_second, [0, 1], [0])) as copy from read_parquet('$base/people_*.parquet') where has_shop
), opened as (
    select *, i * 16 + 2 + copy as x, join_day + copy * 150 as opens, later,
        later and (new_email is not null or new_phone is not null or new_street is not null) as changed from account, (values (false), (true)) t(later)
)
select shop_ref(i, copy) as customer_no,
    if(region = 'CN' and u(x, 'romanised') < 0.55, given_alt, record_given(x, given, given_alt)) as first_name,
    if(region = 'CN' and u(x, 'romanised') < 0.55, family_pinyin, if(u(x, 'family typo') < 0.015 and length(family) > 4, typo(family, x), family)) as last_name,
    if(copy = 1, coalesce(new_email, left(given_alt, 3) || lower(to_base(i * 31 + 7, 36)) || '@outlook.com'),
        record_email(x, email, new_email, home_email, 0.0, later and new_email is not null)) as email,
    record_phone(x, region, phone, new_phone, home_phone, 0.3, later and new_phone is not null) as phone,
    record_birth(x, birth_date, 0.6) as birthday, if(u(x, 'sex none') < 0.3, null, if(gender = 'F', 'female', 'male')) as gender,
    if(later, coalesce(new_street, street), street) as street, city, county as region, if(later, coalesce(new_postcode, postcode), postcode) as zip, country,
    if(u(x, 'ask job') < 0.35, occupation, null) as occupation, if(u(x, 'ask') < 0.4, interests, null) as interests, if(u(x, 'ask') < 0.4, motive, null) as why_us,
    if(u(x, 'ask income') < 0.3, pick(['<20k', '20-35k', '35-50k', '50-80k', '>80k'], income / 5), null) as income_band,
    if(u(x, 'ask school') < 0.3, pick(['school', 'college', 'bachelor', 'postgraduate'], education / 4), null) as education,
    if(region = 'CN', 'zh', 'en') as language, if(region = 'CN' and copy = 0 and u(x, 'logs in') < 0.7, union_ref(i), null) as wechat_unionid, u(x, 'ok mail') < 0.55 as newsletter, u(x, 'ok sms') < 0.25 as sms_ok,
    day_of(opens) + to_seconds(30000 + upto(u(x, 'opened at'), 50000)) as registered_at,
    greatest(day_of(opens), if(later, date '2026-01-01' + upto(u(x, 'changed at'), 180), date '2025-12-30')) + to_seconds(40000) as modified_at,
    day_of(opens) as opens_on, changed, later, i, copy
from opened where opens < 730 order by later, i, copy;
--> demo/shop/products.parquet | once
select sku as product_code, name as title, path as category, brand, money(price) as price_gbp, money((price * cost_share)::bigint) as cost_gbp,
    ladder as family, rank + 1 as tier, launched_on as launched, discontinued_on as retired, timestamp '2026-06-30 02:00:00' as modified from products order by p;
--> demo/shop/customers_2025-12-31.csv | once | after accounts
-- Snapshot with what was known then: accounts opened so far, old e-mail, old phone, old address.
select * exclude (opens_on, changed, later, i, copy) from read_parquet('$base/accounts.parquet') where not later and opens_on <= date '2025-12-31' order by i, copy;
--> demo/shop/customers_2026-06-30.csv | once | after accounts
-- Delta since the snapshot: new accounts, and those whose owner changed e-mail, phone or address.
select * exclude (opens_on, changed, later, i, copy) from read_parquet('$base/accounts.parquet') where later and (opens_on > date '2025-12-31' or changed) order by i, copy;
--> demo/shop/orders_$month.csv | month | after baskets
-- Guests leave an e-mail and a phone. Orders of the last ten days are open in the month's own file, and come again,
-- closed, with the next month's: two deliveries overlap, the newer version counts.
select m, order_ref as order_no, account_ref as customer_no, if(account_ref is null, record_email(oid, email, new_email, home_email, 0.0, d > 500 and new_email is not null), null) as guest_email,
    if(account_ref is null, record_phone(oid, p.region, phone, new_phone, home_phone, 0.3, d > 500 and new_phone is not null), null) as guest_phone,
    visitor(i, order_device(oid)) as cookie, if(p.region = 'CN', 'app', if(u(oid, 'app') < 0.25, 'app', 'web')) as sales_channel,
    if(p.region = 'CN', pick(['wechat_pay', 'alipay'], u(oid, 'pay')), pick(['card', 'card', 'paypal', 'klarna'], u(oid, 'pay'))) as payment,
    o.currency, case when is_cancelled then 'cancelled' when is_open then 'paid' else 'completed' end as state,
    if(oid % 8 = 6 and u(oid, 'coded') < 0.7, 'CMP-' || lpad((oid // 8 % 24 + 1)::varchar, 2, '0'), null) as campaign_code, money(shipping_pence) as shipping, money(total_pence + shipping_pence) as grand_total, moment as placed_at,
    case when is_cancelled then moment + interval 1 day when is_open then moment else moment + interval 11 day end as changed_at
from (select b.* exclude (m), b.m + next as m, next = 0 and d >= first + days - 10 as is_open from read_parquet($group_and_last) b join months using (m), range(2) t(next)
    where b.m + next between $from and $to and (next = 0 or d >= first + days - 10)) o join read_parquet('$base/people_*.parquet') p using (i) where system = 'shop';
--> demo/shop/order-lines_$month.csv | month | after lines
select m, order_ref as order_no, l + 1 as position, sku as product_code, name as title, quantity as units, money(unit_pence) as price, money(off_pence) as discount,
    money(cost_pence) as cost, moment as placed_at
from read_parquet('$base/lines_$group.parquet') where system = 'shop';
--> demo/shop/returns_$month.csv | month | after lines
select m, 'RT' || number12(lid, 271828183) as rma, order_ref as order_no, account_ref as customer_no, sku as product_code, return_quantity as units,
    money(net_pence * return_quantity // quantity) as refund, currency, pick(['not as described', 'damaged', 'too late', 'changed mind', 'wrong item'], u(lid, 'why')) as reason,
    day_of(return_day) + to_seconds(32400 + upto(u(lid, 'return hour'), 30000)) as booked_at
from read_parquet('$base/lines_$group.parquet') where system = 'shop' and is_returned;
