select
    clusters.point_id,
    clusters.point_no,
    coalesce(regrouped.group_no, clusters.cluster_no) as cluster_no,
    registry.customer_id
from {{ ref('identity_clusters') }} as clusters
left join {{ ref('identity_regrouped') }} as regrouped on clusters.point_no = regrouped.point_no
left join {{ ref('identity_registry') }} as registry
    on coalesce(regrouped.group_no, clusters.cluster_no) = registry.group_no and registry.status = 'active'
