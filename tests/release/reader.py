"""A reader process: opens the serving release again and again, as a BI tool would, and reports what it saw.

    python -m tests.release.reader <stop file> <ready file> <current.duckdb> duckdb|sqlalchemy <pause in seconds>

A session asks four tables, the release table and a sum; a sum that is missing counts as a mixture.
"""

import sys

from tests.release.watching import WHO, look_on

RELEASE = "select release_id from ops.release"
SALES = "select sum(net_base) from core.fct_orders where status = 'paid'"


def ask_duckdb(path: str) -> list[list[tuple]]:
    import duckdb

    with duckdb.connect(path, read_only=True) as con:
        return [con.execute(sql).fetchall() for sql in (WHO, SALES, RELEASE)]


def ask_sqlalchemy(path: str) -> list[list[tuple]]:
    from sqlalchemy import create_engine, pool, text

    engine = create_engine(f"duckdb:///{path}", connect_args={"read_only": True}, poolclass=pool.NullPool)
    with engine.connect() as con:
        return [[tuple(row) for row in con.execute(text(sql))] for sql in (WHO, SALES, RELEASE)]


def main(stop: str, ready: str, path: str, kind: str, pause: str) -> None:
    ask = ask_sqlalchemy if kind == "sqlalchemy" else ask_duckdb

    def look(_: int) -> tuple[set, str, int]:
        who, ((sales,),), ((release,),) = ask(path)
        return (
            {*who, *((release, edition) for _, edition in who), *([] if sales is not None else ["no sales"])},
            release,
            0,
        )

    look_on(look, stop, ready, pause)


if __name__ == "__main__":
    main(*sys.argv[1:])
