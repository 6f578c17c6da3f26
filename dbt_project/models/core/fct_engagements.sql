with

engagements as (

    select * from {{ ref('stg_social__engagements') }}

),

profiles as (

    select
        system,
        record_ref,
        customer_id
    from {{ ref('identity_links') }} where stream = 'profiles'

),

platforms as (

    select
        system,
        profile_ref,
        platform
    from {{ ref('stg_social__profiles') }}

)

select
    {{ member_key('engagements', 'engagement_ref') }} as engagement_id,
    engagements.system,
    profiles.customer_id,
    {{ member_key('engagements', 'profile_ref') }} as profile_id,
    platforms.platform,
    engagements.engagement_kind,
    {{ member_key('engagements', 'post_ref') }} as post_id,
    {{ member_key('engagements', 'product_ref') }} as product_id,
    {{ member_key('engagements', 'campaign_ref') }} as campaign_id,
    engagements.text as engagement_text,
    engagements.language,
    engagements.occurred_at,
    engagements.occurred_on
from engagements
left join profiles
    on
        engagements.system = profiles.system
        and engagements.profile_ref = profiles.record_ref
left join platforms
    on
        engagements.system = platforms.system
        and engagements.profile_ref = platforms.profile_ref
