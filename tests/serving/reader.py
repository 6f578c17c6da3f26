"""A reader process: asks PostgreSQL again and again, as a BI tool would, and reports what it saw.

    python -m tests.serving.reader <stop file> <ready file> <role> <pause in seconds>

CRM_POSTGRES_URL is the address. Every other round is a transaction of several statements.
"""

import os
import sys

import psycopg

from tests.release.watching import TABLES, WHO, look_on


def ask(con: psycopg.Connection, together: bool) -> tuple[set, str, int]:
    """(release, edition) over all tables, the release, and e-mail addresses in clear text."""
    with con.transaction():
        if together:
            who = con.execute(WHO).fetchall()
        else:
            parts = [con.execute(f"select distinct release_id, edition from {t}").fetchall() for t in reversed(TABLES)]
            who = [row for part in parts for row in part]
        ((release,),) = con.execute("select release_id from ops.release").fetchall()
        ((clear,),) = con.execute("select count(*) from marts.dim_customers where email like '%@%'").fetchall()
    return {*who, *((release, edition) for _, edition in who)}, release, clear


def main(stop: str, ready: str, role: str, pause: str) -> None:
    with psycopg.connect(os.environ["CRM_POSTGRES_URL"], autocommit=True) as con:
        con.execute(f"set role {role}")
        look_on(lambda done: ask(con, together=done % 2 == 0), stop, ready, pause)


if __name__ == "__main__":
    main(*sys.argv[1:])
