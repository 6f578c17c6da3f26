"""Cross-database macros of dbt that models call, as DuckDB writes them."""


def dateadd(datepart: str, interval: str, from_date: str) -> str:
    return f"date_add({from_date}, interval ({interval}) {datepart})"
