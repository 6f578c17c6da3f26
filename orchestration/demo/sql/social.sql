--> base/profiles.parquet | once
-- Who is where: WeChat (a second, mini-programme profile shares the owner's union id) and Weibo in China, Facebook elsewhere.
with seat as (
    select *, unnest(case when region = 'CN' then list_filter([if(u(i, 'wechat') < 0.62, 0, -1), if(u(i, 'wechat') < 0.62 and u(i, 'mini') < 0.3, 1, -1), if(u(i, 'weibo') < 0.3, 2, -1)], lambda x: x >= 0)
        else list_filter([if(u(i, 'facebook') < 0.36, 3, -1), if(u(i, 'weibo') < 0.01, 2, -1)], lambda x: x >= 0) end) as place
    from read_parquet('$base/people_*.parquet') where join_day < 700
)
select *, i * 16 + 8 + place as x, ['wechat', 'wechat', 'weibo', 'facebook'][place + 1] as platform,
    ['o', 'om', 'wb', 'fb'][place + 1] || lower(to_hex(h(i * 4 + place, 'profile'))) as profile_ref
from seat;
--> demo/social/profiles.jsonl | once | after profiles
select profile_ref as id, platform, case platform when 'wechat' then null when 'weibo' then 'u/' || number8(i, 67867967) else lower(given) || '.' || number8(i, 49979687) end as handle,
    case when u(x, 'alias') < if(platform = 'facebook', 0.06, 0.3) then pick(['sunny', '小太阳', 'Home Lover', '爱生活', 'Lantern fan', '猫咪', 'happy days', 'DIY Dan'], u(x, 'alias which')) || upto(u(x, 'alias no'), 99)
        when region = 'CN' then if(u(x, 'romanised') < 0.2, family_pinyin || given_alt, family || given) else if(u(x, 'nick') < 0.4, given_alt, given) || ' ' || family end as display_name,
    if(place < 2, union_ref(i), null) as unionid, if(has_shop and u(x, 'linked') < 0.3, shop_ref(i, 0), null) as shop_account,
    if(u(x, 'shows mail') < 0.15, record_email(x, email, new_email, null, 0.0, u(x, 'new') < 0.5 and new_email is not null), null) as email,
    if(u(x, 'shows phone') < if(region = 'CN', 0.35, 0.08), record_phone(x, region, phone, new_phone, null, 0.0, false), null) as phone,
    if(u(x, 'says city') < case platform when 'wechat' then 0 when 'weibo' then 0.7 else 0.45 end, if(u(x, 'other city') < 0.06, pick(['London', 'Paris', 'New York', '上海', 'Bristol'], u(x, 'which city')), city), null) as city,
    if(region = 'CN', 'zh', 'en') as lang, floor(10 ** (1 + 2.2 * u(x, 'followers')))::int as followers,
    strftime(day_of(join_day - 100 - upto(u(x, 'since'), 900)), '%Y-%m-%dT08:00:00Z') as created
from read_parquet('$base/profiles.parquet');
--> demo/social/engagements_$span.jsonl | group | after profiles
with active as (
    select *, unnest(range(poisson(if(m * 30 > churn_day, 0.12, 0.46), u(x * 24 + m, 'social')))) as k from read_parquet('$base/profiles.parquet') cross join months where m between $from and $to
), deed as (
    select *, (x * 24 + m) * 8 + k as y, pick(['like', 'like', 'like', 'like', 'comment', 'comment', 'share', 'favourite', 'follow', 'message'], u((x * 24 + m) * 8 + k, 'kind')) as kind,
        mood((x * 24 + m) * 8 + k, satisfaction) as mood, if(u((x * 24 + m) * 8 + k, 'own') < 0.6, taste, upto(u((x * 24 + m) * 8 + k, 'cat'), 8)) * 60 + upto(u((x * 24 + m) * 8 + k, 'post'), 60) as p from active
)
select 'g' || lower(to_hex(h(y, 'engagement'))) as id, profile_ref as profile, kind as type, 'post-' || month || '-' || (p % 20) as post, if(kind <> 'follow' and u(y, 'about') < 0.6, sku, null) as sku,
    if(kind in ('comment', 'message'), said(y, region, mood, if(region = 'CN', name_zh, lower(name))), null) as text, if(kind in ('comment', 'message'), if(region = 'CN', 'zh', 'en'), null) as lang,
    strftime(day_of(first + upto(u(y, 'day'), days)) + to_seconds(21600 + upto(u(y, 'hour'), 64000)), '%Y-%m-%dT%H:%M:%SZ') as "at"
from deed join products using (p);
