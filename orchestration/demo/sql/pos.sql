--> demo/pos/products_2024-07-01.csv | once
select sku, name as "desc", path as category, brand, money(price) as rrp, money((price * cost_share)::bigint) as cost, ladder, rank + 1 as step,
    strftime(launched_on, '%d/%m/%Y') as launched, null::varchar as withdrawn from products where launched_on < date '2024-07-01' or p % 2 = 0 order by p;
--> demo/pos/products_2025-07-01.csv | once
-- The whole catalogue again after the yearly rise of 3 %: the later file is the version that counts.
select sku, name as "desc", path as category, brand, money((price * 1.03)::bigint) as rrp, money((price * cost_share * 1.03)::bigint) as cost, ladder, rank + 1 as step,
    strftime(launched_on, '%d/%m/%Y') as launched, strftime(discontinued_on, '%d/%m/%Y') as withdrawn from products order by p;
--> demo/pos/stores.csv | once
select store_ref as "Branch", 'Larch & Lantern ' || city || if(n >= 12, ' ' || (n // 12 + 1), '') as "Branch Name", city as "Town", county as "County",
    strftime(opened_on, '%d/%m/%Y') as "Opened" from stores where region = 'UK' order by s;
--> demo/pos/staff.csv | once
select employee_ref as "Clerk No", pick(if(u(clerk, 'staff sex') < 0.6, getvariable('given_f'), getvariable('given_m')), u(clerk, 'staff')) || ' ' || pick(getvariable('family_en'), u(clerk, 'staff family')) as "Clerk Name",
    'Retail > UK > ' || county || ' > ' || store_ref as "Team", store_ref as "Branch", if(c = 0, 'store manager', 'sales assistant') as "Job",
    if(c = 0, null, 'E1' || lpad((s * 5)::varchar, 4, '0')) as "Reports To",
    strftime(greatest(opened_on, date '2024-06-01' - upto(u(clerk, 'hired'), 2500)), '%d/%m/%Y') as "Started",
    if(c = 4 and u(clerk, 'leaves') < 0.2, strftime(day_of(200 + upto(u(clerk, 'left'), 500)), '%d/%m/%Y'), null) as "Left"
from clerks join stores using (s, region) where region = 'UK' order by clerk;
--> demo/pos/members.csv | once
with member as (
    select *, i * 16 + 1 as x from read_parquet('$base/people_*.parquet') where is_member and region = 'UK'
), cards as (select *, unnest(if(many_cards, range(3 + (i // 100) % 4), [0])) as n from member)
select member_ref(i * 8 + n) as "Member No", card(region, i, n) as "Card No",
    if(u(x, 'title') < 0.7, if(gender = 'F', pick(['Mrs', 'Ms', 'Miss'], u(x, 'mrs')), 'Mr'), null) as "Title",
    record_given(x + n * 7, given, given_alt) as "Forename", if(u(x, 'family typo') < 0.02 and length(family) > 4, typo(family, x), family) as "Surname",
    record_email(x + n * 7, email, new_email, home_email, 0.45, false) as "Email",
    record_phone(x + n * 7, region, phone, new_phone, home_phone, 0.2, u(x, 'fresh phone') < 0.3 and new_phone is not null) as "Mobile",
    strftime(record_birth(x + n * 7, birth_date, 0.4), '%d/%m/%Y') as "DOB", gender as "Sex", street as "Address", city as "Town", county as "County", postcode as "Postcode",
    if(u(x, 'ok mail') < 0.6, 'Y', 'N') as "Email OK", if(u(x, 'ok sms') < 0.4, 'Y', 'N') as "SMS OK", if(u(x, 'ok post') < 0.7, 'Y', 'N') as "Post OK",
    strftime(day_of(join_day + n * 11) + to_seconds(36000 + upto(u(x, 'joined at'), 28000)), '%d/%m/%Y %H:%M:%S') as "Joined"
from cards where join_day + n * 11 < 730 order by i, n;
--> demo/pos/receipts_${month}_sent_$sent.csv | month | after baskets
select m, order_ref as "Receipt", store_ref as "Branch", employee_ref as "Clerk", card_ref as "Card No",
    pick(['CARD', 'CARD', 'CARD', 'CASH', 'CASH', 'APPLE PAY', 'GIFT CARD'], u(oid, 'pay')) as "Tender", money(total_pence) as "Total", money(total_pence // 6) as "VAT",
    strftime(moment, '%d/%m/%Y %H:%M:%S') as "Sold"
from read_parquet('$base/baskets_$group.parquet') join stores using (s) where system = 'pos';
--> demo/pos/receipt-lines_${month}_sent_$sent.csv | month | after lines
select m, order_ref as "Receipt", l + 1 as "Line", sku as "SKU", upper(name) as "Text", quantity as "Qty", money(unit_pence) as "Price", money(off_pence) as "Off",
    strftime(moment, '%d/%m/%Y %H:%M:%S') as "Sold"
from read_parquet('$base/lines_$group.parquet') where system = 'pos';
--> demo/pos/refunds.csv | once | after lines
select 'X' || number12(lid, 271828183) as "Credit No", order_ref as "Receipt", l + 1 as "Line", store_ref as "Branch", card_ref as "Card No", sku as "SKU", upper(name) as "Text", return_quantity as "Qty",
    money(net_pence * return_quantity // quantity) as "Amount", pick(['changed mind', 'faulty', 'wrong size', 'gift'], u(lid, 'why')) as "Reason",
    strftime(day_of(return_day) + to_seconds(36000 + upto(u(lid, 'return hour'), 28000)), '%d/%m/%Y %H:%M:%S') as "Refunded"
from read_parquet('$base/lines_*.parquet') join stores using (s) where system = 'pos' and is_returned;
