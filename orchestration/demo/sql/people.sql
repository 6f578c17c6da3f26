--> base/people_$shard.parquet | shard
-- The people behind the records. i % 100 = 17 shares a card with the next four; 43 holds many; i % 500 = 7 is the
-- namesake, born on the same day, of person i - 2. The planted neighbours are forced to be British.
with seat as (
    select i, if(i % 2 = 1 and u(i // 2, 'household') < 0.24 and i % 100 not between 16 and 23 and i % 500 <> 7, i - 1, i) as home,
        i % 100 between 16 and 23 or i % 100 in (42, 43) or i % 500 between 4 and 7
            or i in (select relative - relative % 2 + d from clerks, range(2) t(d) where relative is not null) as british,
        i in (select relative from clerks where relative is not null) as is_relative
    from range($low, $high) r(i)
), who as (
    select *, case when british or u(home, 'region') < 0.79 then 'UK' when u(home, 'region') < 0.94 then 'CN' else 'EU' end as region,
        if(i % 500 = 7, i - 2, i) as born_as, home <> i as in_household, i % 100 = 17 as shares_card, i % 100 = 43 as many_cards,
        i % 100 between 18 and 21 as borrows_card,
        if(home <> i and u(i, 'junior') < 0.05, home, if(i % 500 = 7, i - 2, i)) as called_as
    from seat
), named as (
    select *, if(u(called_as, 'sex') < 0.54, 'F', 'M') as gender,
        upto(u(called_as, 'given') ** 1.4, 50) + 1 as g, if(region <> 'CN' and u(if(i % 500 = 7, i - 2, home), 'rare') < 0.6, 0, 1) as common,
        upto(u(if(i % 500 = 7, i - 2, home), 'family') ** 1.6, 50) + 1 as f, if(i % 500 = 7, i - 2, home) as family_of,
        upto(u(i, 'zi'), 60) + 1 as g1, if(u(i, 'two') < 0.8, upto(u(i, 'zi2'), 60) + 1, null) as g2
    from who
), spelled as (
    select * exclude (g, common, f, g1, g2),
        if(region = 'CN', getvariable('given_han')[g1] || coalesce(getvariable('given_han')[g2], ''),
            if(gender = 'F', getvariable('given_f')[g], getvariable('given_m')[g])) as given,
        if(region = 'CN', upper(left(getvariable('given_pinyin')[g1], 1)) || substr(getvariable('given_pinyin')[g1], 2)
            || coalesce(getvariable('given_pinyin')[g2], ''),
            if(gender = 'F', getvariable('nick_f')[g], getvariable('nick_m')[g])) as given_alt,
        case when region = 'CN' then getvariable('family_han')[f] when common = 1 then getvariable('family_en')[f]
            else pick(getvariable('stem'), u(family_of, 'stem')) || pick(getvariable('ending'), u(family_of, 'ending')) end as family,
        if(region = 'CN', getvariable('family_pinyin')[f], null) as family_pinyin
    from named
), placed as (
    select *, if(region = 'CN', $uk_stores + upto(u(home, 'store') ** 1.4, $cn_stores), upto(u(home, 'store') ** 1.4, $uk_stores)) as home_store,
        shares_card or borrows_card or many_cards as is_planted, -- active and in the stores, else the cards would lie unused
        case when shares_card or borrows_card or many_cards then -1 - upto(u(i, 'joined'), 700) when u(i, 'join') < 0.5 then -1 - upto(u(i, 'joined'), 1400) else upto(u(i, 'joined') ** 0.85, 730) end as join_day,
        date '1945-01-01' + upto(u(born_as, 'born'), 22200) as birth_date,
        z(i, 'delivery') as f_delivery, z(i, 'quality') as f_quality, z(i, 'service') as f_service, z(i, 'price') as f_price,
        case when region = 'EU' then 0.0 when shares_card or borrows_card or many_cards then 0.85 when u(i, 'habit') < 0.22 then 1.0 when u(i, 'habit') < 0.42 then 0.0
            else 0.15 + 0.7 * u(i, 'mix') end as store_share,
        greatest(0.28 * (-ln(1 - u(i, 'rate'))) ** 1.1, if(many_cards, 0.5, if(shares_card or borrows_card, 0.3, 0))) as rate, upto(u(i, 'taste'), 8) as taste,
        lower(coalesce(family_pinyin, replace(family, '''', ''))) as mail_family,
        lower(if(region = 'CN', given_alt, given)) as mail_given
    from spelled
), fated as (
    -- Planted drivers: satisfaction weighs delivery .50, quality .30, service .15, price 0; churn hazard falls with it.
    select placed.*, 0.50 * f_delivery + 0.30 * f_quality + 0.15 * f_service + 0.35 * z(i, 'mood') as satisfaction,
        coalesce(eu.city, stores.city) as city, coalesce(eu.region, stores.county) as county, coalesce(eu.area, stores.area) as area,
        case placed.region when 'UK' then 'GB' when 'CN' then 'CN' else eu.country end as country
    from placed join stores on s = home_store left join eu_cities eu on placed.region = 'EU' and eu.c = upto(u(home, 'eu'), 6)
)
select i, home, region, gender, given, given_alt, family, family_pinyin, birth_date, in_household, called_as <> i and home <> i as is_junior,
    i % 500 = 7 as is_namesake, home_store, join_day, satisfaction, f_delivery, f_quality, f_service, f_price, store_share, rate, taste,
    0.021 * exp(-0.75 * satisfaction) as hazard,
    greatest(greatest(join_day, 0) + floor(30.4 * -ln(1 - u(i, 'churn')) / (0.021 * exp(-0.75 * satisfaction)))::int,
        if(is_planted, 600, 0)) as churn_day,
    region <> 'EU' and not borrows_card and store_share > 0 and (u(i, 'member') < 0.5) or shares_card or many_cards or is_relative as is_member,
    shares_card, many_cards, borrows_card, is_relative,
    if(store_share < 1, u(i, 'shop') < 0.86, u(i, 'shop') < 0.12) as has_shop, u(i, 'second') < 0.04 as has_second,
    store_share < 1 or u(i, 'surfs') < 0.35 as is_online, u(i, 'moved') < 0.08 as has_moved,
    if(region = 'CN' and u(i, 'digits') < 0.4, number8(i, 86028121), mail_given || if(u(i, 'dot') < 0.6, '.', '') || mail_family
        || lower(to_base((i * 7919 + 104729) % 99999989, 36))) || '@' || if(region = 'CN', pick(getvariable('mail_cn'), u(i, 'host')),
        pick(getvariable('mail_en'), u(i, 'host') ** 1.5)) as email,
    if(u(i, 'new mail') < 0.12, left(mail_given, 1) || mail_family || lower(to_base((i * 6271 + 15485863) % 99999989, 36)) || '@'
        || if(region = 'CN', 'foxmail.com', pick(getvariable('mail_en'), u(i, 'host2'))), null) as new_email,
    if(home <> i and u(i, 'mail of home') < 0.3, 'the.' || mail_family || 's' || lower(to_base((home * 7919 + 32452843) % 99999989, 36)) || '@gmail.com', null) as home_email,
    case region when 'UK' then '7' || [4, 5, 7, 8, 9][1 + ((i * 7368787 + 1299709) % 499999993) // 100000000] || lpad(((i * 7368787 + 1299709) % 499999993 % 100000000)::varchar, 8, '0')
        when 'CN' then '1' || [3, 5, 8, 3, 5, 8, 7, 9, 8][1 + i % 9] || lpad(((i * 7368787 + 1299709) % 999999937)::varchar, 9, '0')
        else '49151' || lpad(((i * 7368787 + 1299709) % 99999989)::varchar, 8, '0') end as phone,
    if(u(i, 'new phone') < 0.1, case region when 'UK' then '7' || [4, 5, 7, 8, 9][1 + ((i * 7368787 + 217645199) % 499999993) // 100000000] || lpad(((i * 7368787 + 217645199) % 499999993 % 100000000)::varchar, 8, '0')
        when 'CN' then '1' || [3, 5, 8, 3, 5, 8, 7, 9, 8][1 + i % 9] || lpad(((i * 7368787 + 217645199) % 999999937)::varchar, 9, '0')
        else '49151' || lpad(((i * 7368787 + 217645199) % 99999989)::varchar, 8, '0') end, null) as new_phone,
    if(region = 'UK' and u(home, 'landline') < 0.35, '20' || lpad(((home * 7368787 + 899809363) % 99999989)::varchar, 8, '0'), null) as home_phone,
    pick(getvariable('jobs'), u(i, 'job')) as occupation, pick(getvariable('motives'), u(i, 'motive')) as motive,
    pick(getvariable('interests'), (taste + u(i, 'interest') * 3) / 11) || ';' || pick(getvariable('interests'), u(i, 'interest2')) as interests,
    upto(greatest(0, least(0.999, 0.5 + 0.25 * z(i, 'income'))), 5) as income, upto(u(i, 'school'), 4) as education,
    city, county, country, street_of(region, home) as street, postcode_of(region, area, home) as postcode,
    if(u(i, 'moved') < 0.08, street_of(region, -i - 1), null) as new_street, if(u(i, 'moved') < 0.08, postcode_of(region, area, -i - 1), null) as new_postcode
from fated order by i;
