"""Contracts of the tables of schema `scores`: those about customers, and the list of all."""

import duckdb

from ml.campaign_tables import CAMPAIGN_UPLIFT
from ml.driver_tables import DRIVERS
from ml.sales_tables import FORECAST_LEDGER, FUNNEL, SALES_FORECAST, SUBSCRIPTIONS, WIN
from ml.table import AS_OF, CUSTOMER, MODEL, REASONS, STATUS, WHY, Column, Table
from ml.text_tables import TEXT_MOODS


def probability(name: str, says: str, score: str, score_says: str, en: str, zh: str) -> Table:
    """A table of one probability per customer with interval, reasons and grade."""
    return Table(
        name,
        says,
        ("customer_id",),
        (
            CUSTOMER,
            AS_OF,
            Column("segment", "varchar", "Channel of the first purchase.", "Segment", "细分"),
            Column("window_days", "integer", "Days after as_of that the score looks at.", "Window in days", "窗口天数"),
            Column(
                "status",
                "varchar",
                "scored; lapsed, the last purchase being older than a year; abstained, with the "
                "reason in scores.model_cards.",
                "Status",
                "状态",
                True,
            ),
            Column(score, "double", score_says, en, zh),
            Column("probability_low", "double", "Lower end of the 95 % interval of the probability.", "From", "下限"),
            Column("probability_high", "double", "Upper end of the 95 % interval of the probability.", "To", "上限"),
            *REASONS,
            *MODEL,
        ),
    )


CHURN = probability(
    "churn",
    "One row per customer with a purchase: probability of no purchase within the segment's window (S108).",
    "churn_probability",
    "Probability of no purchase in window_days after as_of.",
    "Churn probability",
    "流失概率",
)
INTENT = probability(
    "purchase_intent",
    "One row per customer with a purchase: probability of a purchase within 30 days (S111).",
    "purchase_probability",
    "Probability of a purchase in window_days after as_of.",
    "Purchase probability",
    "购买概率",
)
CARDS = Table(
    "model_cards",
    "One row per model of the run: what it is, how good it was in time, and why it is silent if it is (S107).",
    ("model",),
    (
        Column("model", "varchar", "Name of the model.", "Model", "模型", True),
        AS_OF,
        Column("model_id", "varchar", "Model with the beginning of the sha256 of its artefact.", "Version", "版本"),
        Column("status", "varchar", "scored or abstained.", "Status", "状态", True),
        Column("grade", "varchar", "A, B, C or abstain.", "Grade", "等级", True),
        Column("serves", "varchar", "logistic, lightgbm or the name of the baseline that serves.", "Serves", "采用"),
        Column("reason_en", "varchar", "Why it abstained.", "Reason", "原因(英文)"),
        Column("reason_zh", "varchar", "Why it abstained, in Chinese.", "Reason (Chinese)", "原因"),
        Column("auc", "double", "AUC in the newest window.", "AUC", "AUC"),
        Column("auc_low", "double", "Lower end of its 95 % interval.", "AUC from", "AUC下限"),
        Column("auc_high", "double", "Upper end of its 95 % interval.", "AUC to", "AUC上限"),
        Column("baseline", "varchar", "Best baseline in the newest window.", "Best baseline", "最佳基准"),
        Column("gain", "double", "AUC above that of the best baseline.", "Gain", "增益"),
        Column("gain_low", "double", "Lower end of its 95 % interval.", "Gain from", "增益下限"),
        Column("slope", "double", "Slope of calibration in the newest window; 1 is right.", "Slope", "校准斜率"),
        Column(
            "ece",
            "double",
            "Mean gap between probability and rate in the newest window.",
            "Calibration error",
            "校准误差",
        ),
        Column(
            "moved_features",
            "integer",
            "Features distributed otherwise than in the newest test; empty where that is not compared.",
            "Moved features",
            "漂移特征数",
        ),
        Column("expires_on", "date", "Last day on which the model should be used.", "Use until", "有效期至"),
        Column("card", "varchar", "The whole card as JSON.", "Card", "模型卡", True),
    ),
)
LIFETIME = Table(
    "lifetime_value",
    "One row per customer with a purchase: purchases and value of the next twelve months (S073).",
    ("customer_id",),
    (
        CUSTOMER,
        AS_OF,
        Column(
            "status",
            "varchar",
            "scored, no paid purchase, or abstained with the reason in scores.model_cards.",
            "Status",
            "状态",
            True,
        ),
        Column("p_alive", "double", "Probability that the customer still buys at all.", "P(alive)", "存活概率"),
        Column(
            "expected_purchases_12m",
            "double",
            "Days of purchase expected in 12 months.",
            "Expected purchases",
            "预期购买次数",
        ),
        Column(
            "clv_revenue_12m",
            "decimal(18,2)",
            "Sales less returns expected in 12 months, base currency.",
            "Revenue, 12 months",
            "未来12个月收入",
        ),
        Column("clv_revenue_12m_low", "decimal(18,2)", "Lower end of its 80 % interval.", "Revenue from", "收入下限"),
        Column("clv_revenue_12m_high", "decimal(18,2)", "Upper end of its 80 % interval.", "Revenue to", "收入上限"),
        Column(
            "clv_margin_12m",
            "decimal(18,2)",
            "Margin expected in 12 months; empty where no cost is known.",
            "Margin, 12 months",
            "未来12个月毛利",
        ),
        Column("clv_margin_12m_low", "decimal(18,2)", "Lower end of its 80 % interval.", "Margin from", "毛利下限"),
        Column("clv_margin_12m_high", "decimal(18,2)", "Upper end of its 80 % interval.", "Margin to", "毛利上限"),
        *MODEL,
    ),
)
SCORECARD = Table(
    "customer_scorecard",
    "One row per customer with a purchase: response, contribution to profit, chance to leave and risk (S107).",
    ("customer_id",),
    (
        CUSTOMER,
        AS_OF,
        Column("response_rate", "double", "Chance that a mailing is clicked or bought from.", "Response", "回应率"),
        Column("purchase_response_rate", "double", "Chance that it is bought from.", "Purchase response", "购买回应率"),
        Column("is_above_break_even", "boolean", "Whether that pays for a contact.", "Pays", "超过盈亏平衡"),
        Column("response_grade", "varchar", "Grade of the response score.", "Response grade", "回应等级"),
        Column("profit_contribution_share", "double", "Share of the company's contribution.", "Share", "盈利贡献份额"),
        Column("profit_contribution_rate", "double", "Contribution over sales, last period.", "Rate", "盈利贡献率"),
        Column("churn_probability", "double", "As scores.churn, where graded A or B.", "Churn", "流失概率"),
        Column("churn_grade", "varchar", "Grade of churn.", "Churn grade", "流失等级"),
        Column("risk_value", "decimal(18,2)", "Churn times margin expected in 12 months.", "Risk", "风险值"),
        Column("expires_on", "date", "Last day on which the scores should be used.", "Use until", "有效期至"),
    ),
)
NEXT_PURCHASE = Table(
    "next_purchase",
    "One row per customer and category bought from, and one over all: when to expect the next purchase (S097, S121).",
    ("customer_id", "category"),
    (
        CUSTOMER,
        AS_OF,
        Column("category", "varchar", "First category of the products; `all` for all.", "Category", "类别", True),
        STATUS,
        Column("last_purchase_on", "date", "Newest day of purchase.", "Last purchase", "最近购买日"),
        Column("gap_count", "integer", "Gaps between two days of purchase.", "Gaps", "间隔数"),
        Column("usual_gap_days", "double", "Gap to expect, drawn towards that of all.", "Usual gap", "通常间隔天数"),
        Column(
            "next_purchase_on",
            "date",
            "Day by which half of those who come back at all have come.",
            "Next purchase",
            "预计下次购买",
        ),
        Column("next_purchase_low_on", "date", "Lower end of its 80 % interval.", "From", "下限"),
        Column("next_purchase_high_on", "date", "Upper end of its 80 % interval.", "To", "上限"),
        Column("is_overdue", "boolean", "Whether nine in ten of such gaps are shorter.", "Overdue", "已逾期"),
        *WHY,
        *MODEL,
    ),
)
OFFERS = Table(
    "product_offers",
    "One row per customer, kind of offer and rank: which product to offer, and why; an upgrade is a rule, it has no "
    "grade (S112-S114, S124).",
    ("customer_id", "kind", "rank"),
    (
        CUSTOMER,
        AS_OF,
        Column("kind", "varchar", "repeat, new, or upgrade to the next step of a ladder.", "Kind", "推荐类型", True),
        Column("rank", "integer", "1 is the first to offer.", "Rank", "排名", True),
        Column("product_id", "varchar", "Product: system and product number.", "Product", "产品", True),
        Column("product_name", "varchar", "Its name.", "Product name", "产品名称"),
        Column("score", "double", "What the rank is by; comparable within a kind only.", "Score", "得分"),
        Column("because_product_id", "varchar", "What the customer has that speaks for it.", "Because of", "依据产品"),
        *WHY,
        *MODEL,
    ),
)
GROUPS = Table(
    "customer_groups",
    "One row per customer with a purchase within the active days: group of like customers, and the rule that tells it "
    "(S067, S068).",
    ("customer_id",),
    (
        CUSTOMER,
        AS_OF,
        STATUS,
        Column("group_no", "integer", "Group by k-means; it keeps its number between runs.", "Group", "群组"),
        Column("rule_no", "integer", "Rule of the tree that holds for the customer.", "Rule no.", "规则编号"),
        Column(
            "rule_group_no",
            "integer",
            "Group that the rule stands for; for some customers it is not theirs, the card says for how many.",
            "Group of the rule",
            "规则对应群组",
        ),
        Column("rule_en", "varchar", "The rule in words.", "Rule", "规则(英文)"),
        Column("rule_zh", "varchar", "The rule in Chinese.", "Rule (Chinese)", "规则"),
        *MODEL,
    ),
)
GROUP_PROFILES = Table(
    "customer_group_profiles",
    "One row per group of customers and feature: how the group's mean differs from that of all (S067).",
    ("group_no", "feature"),
    (
        Column("group_no", "integer", "Group of customers.", "Group", "群组", True),
        Column("feature", "varchar", "Feature that groups are made of.", "Feature", "特征", True),
        AS_OF,
        Column("feature_en", "varchar", "The feature in words.", "Feature in words", "特征(英文)", True),
        Column("feature_zh", "varchar", "The feature in Chinese.", "Feature (Chinese)", "特征名称", True),
        Column("customer_count", "integer", "Customers of the group.", "Customers", "客户数", True),
        Column("customer_share", "double", "The same over all customers with a group.", "Share", "占比", True),
        Column("mean_value", "double", "Mean of the group in the unit of the feature.", "Mean", "均值", True),
        Column("overall_mean", "double", "Mean of all customers with a group.", "Mean of all", "总体均值", True),
        Column(
            "distance",
            "double",
            "Mean less that of all, in standard deviations; empty where all customers are alike.",
            "Distance",
            "标准差距离",
        ),
        *MODEL,
    ),
)
TABLES = (
    DRIVERS,
    CHURN,
    INTENT,
    LIFETIME,
    SCORECARD,
    NEXT_PURCHASE,
    OFFERS,
    GROUPS,
    GROUP_PROFILES,
    SUBSCRIPTIONS,
    WIN,
    FUNNEL,
    SALES_FORECAST,
    FORECAST_LEDGER,
    CAMPAIGN_UPLIFT,
    TEXT_MOODS,
    CARDS,
)


def create_missing(con: duckdb.DuckDBPyConnection) -> None:
    """Empty tables where there are none yet, so that the models which read scores build before the first scoring."""
    con.execute("create schema if not exists scores")
    for table in TABLES:
        con.execute(f"create table if not exists scores.{table.name} ({table.body})")
