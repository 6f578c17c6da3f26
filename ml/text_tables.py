"""Contract of the table of schema `scores` about texts."""

from ml.table import AS_OF, MODEL, Column, Table

TEXT_MOODS = Table(
    "text_moods",
    "One row per text that a customer wrote: its mood by a model learnt from the company's own ratings where that is "
    "surely better than the lexicon, else by the lexicon (S123).",
    ("stream", "record_id"),
    (
        Column("stream", "varchar", "engagements, surveys or tickets.", "Stream", "来源", True),
        Column("record_id", "varchar", "Record of marts.text_sentiment.", "Record", "记录", True),
        AS_OF,
        Column("language", "varchar", "en or zh, by the script; empty for any other.", "Language", "语言"),
        Column(
            "status",
            "varchar",
            "scored; abstained, the mood is the lexicon's and unproven, with the reason in model_cards; not read, of a "
            "language that is not known.",
            "Status",
            "状态",
            True,
        ),
        Column("mood", "varchar", "positive, negative or neutral; empty where unsure.", "Mood", "情感倾向"),
        Column(
            "p_positive",
            "double",
            "Chance of positive if both moods were equally common; empty where the lexicon serves.",
            "Positive",
            "正面概率",
        ),
        Column(
            "needs_reading",
            "boolean",
            "Whether a person must read it: the model is unsure, or the lexicon finds no mood or a negation.",
            "To be read",
            "需人工阅读",
            True,
        ),
        Column("method", "varchar", "model or lexicon; empty where not read.", "Method", "方法"),
        *MODEL,
    ),
)
