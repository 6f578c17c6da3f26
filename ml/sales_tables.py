"""Contracts of the tables of schema `scores` about deals, subscriptions and sales."""

from ml.table import AS_OF, MODEL, REASONS, STATUS, WHY, Column, Table

SUBSCRIPTIONS = Table(
    "subscription_churn",
    "One row per running subscription: chance that it ends within three months, and what it will still bring (S108).",
    ("user_id",),
    (
        Column("user_id", "varchar", "Subscription: system and its number there.", "Subscription", "订阅", True),
        Column("customer_id", "varchar", "Person who owns it, where known.", "Customer", "客户"),
        Column("product_id", "varchar", "Product: system and product number.", "Product", "产品"),
        AS_OF,
        STATUS,
        Column("months_in_use", "integer", "Whole months of 30.4375 days so far.", "Months", "已用月数", True),
        Column("churn_probability", "double", "Chance that it ends within three months.", "Churn", "流失概率"),
        Column("base_churn_rate", "double", "The same by one monthly rate for all.", "Churn of all", "总体流失率"),
        Column("expected_months", "double", "Months still to come, discounted.", "Months to come", "预期剩余月数"),
        Column(
            "expected_value_base",
            "decimal(18,2)",
            "Those months times the monthly charge, base currency.",
            "Value to come",
            "预期剩余价值",
        ),
        *WHY,
        *MODEL,
    ),
)
WIN = Table(
    "win_probability",
    "One row per open deal: chance that it is won when it is decided, and what naive rules say beside it (S119).",
    ("opportunity_id",),
    (
        Column("opportunity_id", "varchar", "Deal: system and its number there.", "Deal", "商机", True),
        AS_OF,
        Column("system", "varchar", "Source system.", "System", "系统", True),
        Column("customer_id", "varchar", "Person, where known.", "Customer", "客户"),
        Column("employee_id", "varchar", "Who sells it.", "Seller", "销售人员"),
        Column("stage_no", "integer", "Stage of the sales funnel, 1 to 3.", "Stage", "阶段"),
        Column("age_days", "integer", "Days since it was opened.", "Days open", "开启天数"),
        STATUS,
        Column("win_probability", "double", "Chance of won rather than lost.", "Win probability", "赢单概率"),
        Column("probability_low", "double", "Lower end of the 95 % interval of the probability.", "From", "下限"),
        Column("probability_high", "double", "Upper end of the 95 % interval of the probability.", "To", "上限"),
        Column("base_win_rate", "double", "Share won of all deals decided so far.", "Won of all", "总体赢单率"),
        Column("seller_win_rate", "double", "The seller's, drawn towards that of all.", "Won by seller", "销售赢单率"),
        Column("stage_win_rate", "double", "Of decided deals that stood in that stage.", "Won of stage", "阶段赢单率"),
        Column("expected_amount_base", "decimal(18,2)", "As deal_forecasts has it.", "Amount", "金额"),
        Column("expected_won_base", "decimal(18,2)", "Chance times amount.", "Expected", "预期赢单金额"),
        *REASONS,
        *MODEL,
    ),
)
SERIES = (
    Column("level", "varchar", "category_channel_group, category, channel_group or all.", "Level", "层级", True),
    Column("category", "varchar", "First category of the products; `all` for all.", "Category", "类别", True),
    Column("channel_group", "varchar", "online, store and so on; `all` for all.", "Channel", "渠道", True),
)
SALES_FORECAST = Table(
    "sales_forecast",
    "One row per level, category, channel and period to come: sales in the base currency, before returns, with an 80 % "
    "interval; the levels add up (S109).",
    ("level", "category", "channel_group", "period_on"),
    (
        *SERIES,
        Column("period_on", "date", "First day of the period.", "Period", "周期", True),
        Column("unit", "varchar", "month or week.", "Unit", "周期单位", True),
        Column("step", "integer", "1 is the next period.", "Step", "步数", True),
        AS_OF,
        Column("forecast", "decimal(18,2)", "Sales to expect.", "Forecast", "预测销售额", True),
        Column("low", "decimal(18,2)", "Lower end of the 80 % interval.", "From", "下限"),
        Column("high", "decimal(18,2)", "Upper end of the 80 % interval.", "To", "上限"),
        Column("method", "varchar", "Method that serves the series; sum above the series.", "Method", "方法", True),
        Column(
            "correction", "double", "Factor from past errors that is in it; 1 is none (S116).", "Factor", "修正系数"
        ),
        *MODEL,
    ),
)
FORECAST_LEDGER = Table(
    "forecast_ledger",
    "One row per past forecast: what would have been forecast at an earlier origin, and what came (S116).",
    ("level", "category", "channel_group", "origin_on", "period_on"),
    (
        *SERIES,
        Column("origin_on", "date", "First day of the last period that was known.", "Made after", "预测起点", True),
        Column("period_on", "date", "First day of the period.", "Period", "周期", True),
        Column("unit", "varchar", "month or week.", "Unit", "周期单位", True),
        Column("step", "integer", "1 is the period after the origin.", "Step", "步数", True),
        AS_OF,
        Column("forecast", "decimal(18,2)", "Forecast, chosen by the other origins.", "Forecast", "预测", True),
        Column("actual", "decimal(18,2)", "What was sold.", "Actual", "实际", True),
        Column("error", "decimal(18,2)", "Forecast less actual.", "Error", "误差", True),
        Column("naive", "decimal(18,2)", "The same period of the last season.", "Naive", "朴素预测"),
        Column("correction", "double", "Factor from the errors known at the origin.", "Factor", "修正系数"),
        Column("corrected", "decimal(18,2)", "Forecast times that factor.", "Corrected", "修正后预测"),
        Column("method", "varchar", "Method of the series; sum above the series.", "Method", "方法"),
    ),
)
FUNNEL = Table(
    "funnel_forecast",
    "One row per system with open deals: what they bring within the horizon, and how such forecasts did (S110).",
    ("system",),
    (
        Column("system", "varchar", "Source system.", "System", "系统", True),
        AS_OF,
        Column("until_on", "date", "Last day of the horizon.", "Until", "预测截止日", True),
        STATUS,
        Column("method", "varchar", "flat, stage, stage_age, or chances (ml.win).", "Method", "方法"),
        Column("naive_method", "varchar", "Best of the rules flat, stage, stage_age.", "Naive method", "基准方法"),
        Column("open_count", "bigint", "Open deals.", "Open deals", "在谈商机", True),
        Column("open_base", "decimal(18,2)", "Their amount, base currency.", "Amount", "在谈金额"),
        Column("won_count", "double", "Deals to be won.", "Won deals", "预期赢单数"),
        Column("won_count_low", "double", "Lower end of its 80 % interval.", "Won deals from", "赢单数下限"),
        Column("won_count_high", "double", "Upper end of its 80 % interval.", "Won deals to", "赢单数上限"),
        Column("won_base", "decimal(18,2)", "Money to be won, base currency.", "Won money", "预期赢单金额"),
        Column("won_base_low", "decimal(18,2)", "Lower end of its 80 % interval.", "Won money from", "赢单金额下限"),
        Column("won_base_high", "decimal(18,2)", "Upper end of its 80 % interval.", "Won money to", "赢单金额上限"),
        Column("naive_won_count", "double", "By the naive method.", "Won deals, naive", "基准赢单数"),
        Column("naive_won_base", "decimal(18,2)", "By the naive method.", "Won money, naive", "基准赢单金额"),
        Column("window_count", "bigint", "Past month-ends it was judged on.", "Month-ends", "检验月末数"),
        Column("bias_count", "double", "Forecast over actual less 1, in them.", "Bias of deals", "数量偏差"),
        Column("bias_base", "double", "Forecast over actual less 1, in them.", "Bias of money", "金额偏差"),
        Column("coverage_count", "double", "Share of 80 % intervals that held.", "Held, deals", "数量区间命中率"),
        Column("coverage_base", "double", "Share of 80 % intervals that held.", "Held, money", "金额区间命中率"),
        *MODEL,
    ),
)
