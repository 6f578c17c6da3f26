-- Ranked by what a customer brings after costs; who costs more than he brings is lead, whatever his rank.
with

buyers as (

    select
        customer_id,
        contribution_base,
        contribution_basis,
        row_number() over (order by contribution_base desc, customer_id asc) as contribution_rank,
        count(*) over () as customer_count
    from {{ ref('customer_contribution') }}
    where
        span = {{ setting('value_span', ['all_time', 'last_period']) }}
        and customer_id is not null
        and purchase_count > 0

),

shares as (

    select
        *,
        1.0 * contribution_rank / nullif(customer_count, 0) as rank_share
    from buyers

),

tiers as (

    select
        scheme,
        tier,
        tier_no,
        upto_share,
        coalesce(lag(upto_share) over (partition by scheme order by tier_no), 0) as from_share,
        max(tier_no) over (partition by scheme) as last_no,
        is_last_for_losses
    from {{ ref('pyramid_tiers') }}

)

select
    shares.customer_id,
    tiers.scheme,
    {{ as_of() }} as as_of_date,
    tiers.tier,
    tiers.tier_no,
    shares.contribution_base,
    shares.contribution_basis,
    shares.contribution_rank,
    cast(shares.rank_share as decimal(9, 6)) as rank_share
from shares
inner join tiers
    on
        (
            shares.rank_share > tiers.from_share
            and shares.rank_share <= tiers.upto_share
            and not (tiers.is_last_for_losses and shares.contribution_base < 0)
        )
        or (
            tiers.is_last_for_losses
            and shares.contribution_base < 0
            and tiers.tier_no = tiers.last_no
        )
