--> base/orders_$group.parquet | group | after mailings
-- Every purchase of the month, whoever wrote it down. Poisson with the person's rate x season x trend, only while the
-- person is a customer; the order that made the person join falls on the day of joining. Orders that a campaign
-- caused come on top (k = 6).
with buyer as (
    select i, region, store_share, home_store, taste, is_member, many_cards, borrows_card, has_shop, has_second, join_day, churn_day,
        m, first, days, poisson(rate * (1 + 0.008 * m) * if(region = 'CN', season_cn, season), u(i * 24 + m, 'orders'))
            + (join_day between first and first + days - 1 and u(i, 'first') < 0.75)::int as n
    from read_parquet('$base/people_*.parquet') cross join months
    where m between $from and $to and join_day < first + days and churn_day >= first
), bought as (
    select *, (i * 24 + m) * 8 + k as oid from (select *, unnest(range(n)) as k from buyer where n > 0)
    union all
    select buyer.*, 6 as k, oid from buyer join read_parquet('$base/mailings_$group.parquet') using (i, m) where is_induced
), dated as (
    select *, case when k = 6 then first + 5 + m % 5 + upto(u(oid, 'after'), 10) when k = n - 1 and join_day >= first and u(i, 'first') < 0.75 then join_day
            -- Weekends draw: of two days the busier one is taken more often.
            when isodow(day_of(first + upto(u(oid, 'day'), days))) < 5 and u(oid, 'busy') < 0.35 then first + upto(u(oid, 'other day'), days)
            else first + upto(u(oid, 'day'), days) end as d,
        k <> 6 and u(oid, 'where') < store_share as in_store
    from bought
), served as (
    select oid, i, m, d, in_store, taste, region, many_cards, has_shop, u(oid, 'copy') < 0.5 and has_second as uses_second,
        case when not in_store then 'shop' when region = 'CN' then 'pos_cn' else 'pos' end as system,
        if(in_store, if(u(oid, 'away') < 0.87, home_store, if(region = 'CN', $uk_stores + upto(u(oid, 'store'), $cn_stores), upto(u(oid, 'store'), $uk_stores))), null) as s,
        upto(u(oid, 'clerk'), 5) as c, u(oid, 'shows') as shows, is_member, borrows_card,
        least(1 + poisson(1.35, u(oid, 'lines')), 6) as n_lines,
        day_of(d) + to_seconds(if(in_store, 32400 + upto((u(oid, 'hour') + u(oid, 'hour2')) / 2, 39000), (28800 + upto(u(oid, 'hour') ** 0.7, 57500)) % 86400)) as moment
    from dated where d between join_day and churn_day
)
select oid, i, m, d, moment, system, served.region, taste, n_lines, served.s, employee_ref,
    case when not in_store then null
        when borrows_card and shows < 0.6 then card('UK', i - i % 100 + 17, 0)
        when is_member and many_cards and shows < 0.9 then card(served.region, i, upto(u(oid, 'which card'), 3 + (i // 100) % 4))
        when is_member and shows < 0.28 * diligence then card(served.region, i, 0)
        when relative is not null and u(oid, 'relative') < 0.35 then card('UK', relative, 0) end as card_ref,
    case when not in_store then null when borrows_card and shows < 0.6 then 'borrowed' when is_member and many_cards and shows < 0.9 then 'own'
        when is_member and shows < 0.28 * diligence then 'own'
        when relative is not null and u(oid, 'relative') < 0.35 then 'clerk' end as card_use,
    if(not in_store and has_shop and (oid % 8 = 6 or u(oid, 'guest') > 0.07), shop_ref(i, if(oid % 8 = 6, 0, uses_second::int)), null) as account_ref,
    not in_store and oid % 8 <> 6 and u(oid, 'cancel') < 0.02 as is_cancelled,
    case served.region when 'CN' then 'CNY' when 'EU' then 'EUR' else 'GBP' end as currency,
    order_ref(system, oid) as order_ref
from served left join clerks on clerks.clerk = served.s * 5 + served.c
order by oid;
--> base/lines_$group.parquet | group | after orders
-- A companion is planted: product p % 15 = 3 in first place draws p + 1 in second place in 30 % of baskets.
with line as (
    select * exclude (n_lines), unnest(range(n_lines)) as l from read_parquet('$base/orders_$group.parquet')
), drawn as (
    select *, oid * 8 + l as lid,
        if(u(oid * 8 + l, 'own') < 0.55, taste, upto(u(oid * 8 + l, 'cat'), 8)) * 60 + upto(u(oid * 8 + l, 'product') ** 1.8, 60) as own,
        if(u(oid * 8, 'own') < 0.55, taste, upto(u(oid * 8, 'cat'), 8)) * 60 + upto(u(oid * 8, 'product') ** 1.8, 60) as first
    from line
), chosen as (
    select *, if(l = 1 and first % 15 = 3 and u(oid, 'companion') < 0.3, first + 1, own) as p,
        case when u(lid, 'qty') < 0.78 then 1 when u(lid, 'qty') < 0.93 then 2 when u(lid, 'qty') < 0.98 then 3 else 6 end as quantity,
        if(u(lid, 'promo') < 0.12, pick([10, 15, 20, 30], u(lid, 'percent')), 0) as off
    from drawn
), priced as (
    select chosen.*, sku, cost_share, name, name_zh,
        (price * if(m >= 12, 1.03, 1.0) * case currency when 'CNY' then 9.0 when 'EUR' then 1.2 else 1.0 end)::bigint as unit_pence
    from chosen join products using (p)
)
select oid, i, m, d, moment, system, order_ref, account_ref, card_ref, is_cancelled, l, p, sku, name, name_zh, quantity, unit_pence, currency, s,
    (quantity * unit_pence * off / 100)::bigint as off_pence, quantity * unit_pence - (quantity * unit_pence * off / 100)::bigint as net_pence,
    (unit_pence * cost_share)::bigint as cost_pence,
    -- Web sales come back more often than store sales.
    not is_cancelled and u(lid, 'return') < if(system = 'shop', 0.085, 0.03) and d + 3 + upto(u(lid, 'return day'), 25) < 730 as is_returned,
    d + 3 + upto(u(lid, 'return day'), 25) as return_day, if(quantity > 1 and u(lid, 'part') < 0.4, 1, quantity) as return_quantity, lid
from priced;
--> base/baskets_$group.parquet | group | after lines
select o.*, t.total_pence, t.off_pence, if(system = 'shop' and t.total_pence < 5000 * if(currency = 'CNY', 9, 1), if(currency = 'CNY', 1500, 399), 0) as shipping_pence
from read_parquet('$base/orders_$group.parquet') o
join (select oid, sum(net_pence)::bigint as total_pence, sum(off_pence)::bigint as off_pence from read_parquet('$base/lines_$group.parquet') group by oid) t using (oid)
order by oid;
