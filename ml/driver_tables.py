"""Contract of the table of schema `scores` about what satisfaction and loyalty depend on."""

from ml.table import AS_OF, Column, Table

DRIVERS = Table(
    "satisfaction_drivers",
    "One row per analysis and driver: its share of what explains satisfaction or loyalty (LMG: mean gain in R² over "
    "all orders of entry; Lindeman, Merenda & Gold 1980); one row with the reason where there is none (S142, S143).",
    ("analysis", "rank_no"),
    (
        Column("analysis", "varchar", "satisfaction (per answer) or loyalty (per customer).", "Analysis", "分析", True),
        Column("rank_no", "integer", "Place by share, 1 is the strongest; 1 without an answer.", "Place", "名次", True),
        AS_OF,
        Column("status", "varchar", "ok, or why there is no answer.", "Status", "状态", True),
        Column("target", "varchar", "Item that is explained.", "Explained", "被解释项", True),
        Column("driver", "varchar", "Item that explains; empty without an answer.", "Driver", "驱动因素"),
        Column("answer_count", "bigint", "Complete answers.", "Answers", "完整回答数", True),
        Column("driver_count", "integer", "Drivers that were asked.", "Drivers", "驱动因素数", True),
        Column("r_squared", "double", "Share of the variance that all drivers explain.", "R²", "解释比例"),
        Column("lmg", "double", "R² that falls to the driver; they add up to r_squared.", "Part of R²", "R²贡献"),
        Column("lmg_share", "double", "lmg over r_squared.", "Share", "占比"),
        Column("share_low", "double", "Low end of the share, 95 % bootstrap.", "Share from", "占比下限"),
        Column("share_high", "double", "High end of the share.", "Share to", "占比上限"),
        Column("rank_stability", "double", "Share of resamples with the same place.", "Stability", "名次稳定性"),
        Column("correlation", "double", "Correlation with the target.", "Correlation", "相关系数"),
        Column("standardised_slope", "double", "Slope beside all others, in deviations.", "Slope", "标准化系数"),
        Column("mean_percent", "double", "Mean judgement in percent of its scale.", "Mean", "平均得分率"),
        Column(
            "priority",
            "varchar",
            "improve first, keep up, possible overkill, low priority; unclear where the interval holds an even share.",
            "Priority",
            "优先级",
        ),
    ),
)
