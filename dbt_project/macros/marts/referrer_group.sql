{# Channel group of a visit without a campaign tag, by the address it came from; no address is direct. #}
{% macro referrer_group(referrer) -%}
    case
        when {{ referrer }} is null then 'direct'
        when regexp_matches(lower({{ referrer }}), '(google|bing|baidu|duckduckgo|yahoo|sogou|yandex|ecosia)\.') then 'organic_search'
        when regexp_matches(
            lower({{ referrer }}), '(facebook|instagram|weibo|weixin|wechat|xiaohongshu|douyin|tiktok|twitter|linkedin|pinterest)\.'
        ) then 'social'
        else 'referral'
    end
{%- endmacro %}
