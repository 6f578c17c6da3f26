"""Contract of the table about what campaigns cause."""

from ml.table import AS_OF, WHY, Column, Table

CAMPAIGN_UPLIFT = Table(
    "campaign_uplift",
    "One row per campaign, per channel and for all campaigns: what the contacts caused, against those held back at "
    "random, and whether customers differ in it (S107, S139).",
    ("scope", "scope_id"),
    (
        Column("scope", "varchar", "campaign, channel or all.", "Scope", "范围", True),
        Column("scope_id", "varchar", "Campaign (system and number), channel, or `all`.", "Name", "名称", True),
        AS_OF,
        Column("channel", "varchar", "Channel of most first contacts; empty for all.", "Channel", "渠道"),
        Column("campaign_count", "integer", "Campaigns with a control group in it.", "Campaigns", "活动数", True),
        Column("first_sent_on", "date", "Day of the first contact.", "First contact", "首次触达日", True),
        Column("last_sent_on", "date", "Day of the last customer's first contact.", "Last contact", "末次触达日", True),
        Column(
            "window_days", "integer", "Days after the contact in which a purchase counts.", "Window", "窗口天数", True
        ),
        Column(
            "contacted_count",
            "bigint",
            "Customers contacted, once for each campaign, whose window is over; nobody unknown.",
            "Contacted",
            "触达人次",
            True,
        ),
        Column("control_count", "bigint", "Customers held back, counted alike.", "Held back", "对照人次", True),
        Column("contacted_responses", "bigint", "Of the contacted, with a purchase.", "Bought", "触达组购买", True),
        Column("control_responses", "bigint", "Of those held back, with one.", "Bought, control", "对照组购买", True),
        Column(
            "effect",
            "double",
            "Share of the contacted who bought because of it: difference of the rates within each campaign, weighted "
            "by its contacted. Higher is better.",
            "Effect",
            "净效果",
        ),
        Column(
            "effect_low",
            "double",
            "Lower end of its 95 % interval; rows of one customer count as one. Of twenty campaigns without effect one "
            "may seem to have some.",
            "Effect from",
            "净效果下限",
        ),
        Column("effect_high", "double", "Upper end.", "Effect to", "净效果上限"),
        Column("extra_responses", "double", "effect * contacted_count.", "Extra buyers", "增量购买人数"),
        Column(
            "cost_base",
            "decimal(18,2)",
            "Cost of these contacts and of the campaigns themselves, base currency; empty where a part is not known.",
            "Cost",
            "成本",
        ),
        Column(
            "cost_per_extra_base",
            "decimal(18,2)",
            "cost_base / extra_responses; empty unless effect_low is above 0.",
            "Cost per extra buyer",
            "单位增量成本",
        ),
        Column(
            "cost_per_extra_low", "decimal(18,2)", "By effect_high.", "Cost per extra buyer from", "单位增量成本下限"
        ),
        Column("cost_per_extra_high", "decimal(18,2)", "By effect_low.", "Cost per extra buyer to", "单位增量成本上限"),
        Column(
            "qini_e4_learner",
            "double",
            "Area between the Qini curve of the learner and random choice over n², times 10,000; out of fold.",
            "Qini, learner",
            "Qini(模型)",
        ),
        Column("qini_e4_response_model", "double", "The same of who buys.", "Qini, response", "Qini(响应模型)"),
        Column("qini_e4_best_rule", "double", "The same of the best column.", "Qini, best rule", "Qini(最佳规则)"),
        Column("noise_e4", "double", "95 % band of random scores.", "Noise band", "噪声界"),
        Column("best_rule", "varchar", "Feature and direction.", "Best rule", "最佳规则"),
        Column("serves", "varchar", "t_learner or the rule; empty where nothing beats the band.", "Serves", "采用"),
        Column(
            "status",
            "varchar",
            "scored; effect only, where it cannot be told who is moved more; abstained.",
            "Status",
            "状态",
            True,
        ),
        Column("verdict_en", "varchar", "Effect and differences in words.", "Verdict", "结论(英文)"),
        Column("verdict_zh", "varchar", "The same in Chinese.", "Verdict (Chinese)", "结论"),
        *WHY,
    ),
)
