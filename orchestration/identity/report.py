"""Figures about identity as a whole, from a release or from the candidate in work.duckdb."""

from typing import Any

import duckdb

from orchestration.identity import explain

LARGEST = 5

SIZES = """
select case when n = 1 then '1' when n = 2 then '2' when n = 3 then '3' when n <= 5 then '4-5' when n <= 10 then '6-10'
    when n <= 20 then '11-20' else 'more than 20' end as records, count(*) as persons, sum(n)::bigint as records_held
from (
    select customer_id, count(*) as n from marts.bridge_customer_identities where customer_id is not null group by all
)
group by 1 order by min(n)
"""
COVERAGE = """
select stream, system, count(*) as records, count(customer_id) as with_person,
    round(count(customer_id) / count(*), 4)::double as share
from marts.bridge_customer_identities group by all order by all
"""
LINKS = """
select source, rule, count(*) filter (where status = 'accepted') as accepted,
    count(*) filter (where status = 'refused') as refused, count(*) filter (where status = 'overruled') as overruled,
    count(*) filter (where status = 'review') as review
from marts.identity_explanations group by all order by accepted desc, rule
"""
REVIEW = """
select source, rule, coalesce(reason, '') as reason, count(*) as pairs
from marts.identity_explanations where status in ('refused', 'overruled', 'review')
group by all order by pairs desc, source, rule, reason limit 20
"""
LAST_RUN = """
select decision_no, decision, event, decided_by, customer_id, other_customer_id, record_a, record_b, reason
from marts.customer_id_decisions
where decided_in = (select max(decided_in) from marts.customer_id_decisions) order by decision_no limit 20
"""


def figures(con: duckdb.DuckDBPyConnection, show: bool = False) -> dict[str, Any]:
    """Everything that `acrm identity report` shows, as plain data: lists of dictionaries by topic."""
    found = {
        "cluster_sizes": rows(con, SIZES),
        "largest": [_large(con, customer, records, show) for customer, records in _largest(con)],
        "coverage": rows(con, COVERAGE),
        "links": rows(con, LINKS),
        "review": rows(con, REVIEW),
        "ids": rows(con, "select status, count(*) as ids from marts.customer_id_registry group by all order by all"),
        "last_decisions": rows(con, LAST_RUN),
    }
    for name, table in (("overrides", "identity_overrides"), ("impact", "identity_impact")):
        there = con.execute(
            "select 1 from duckdb_tables() where schema_name = 'ops' and table_name = ?", [table]
        ).fetchall()
        columns = "* exclude (release_id)" if there and _has(con, table, "release_id") else "*"
        found[name] = rows(con, f"select {columns} from ops.{table} order by all") if there else []
    return found


def _has(con: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    query = "select 1 from duckdb_columns() where schema_name = 'ops' and table_name = ? and column_name = ?"
    return bool(con.execute(query, [table, column]).fetchall())


def _largest(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    return con.execute(
        """select customer_id, count(*) as records from marts.bridge_customer_identities
        where customer_id is not null group by all order by records desc, customer_id limit ?""",
        [LARGEST],
    ).fetchall()


def _large(con: duckdb.DuckDBPyConnection, customer: str, records: int, show: bool) -> dict[str, Any]:
    """A person of many records, with the links that alone hold two parts of it together."""
    found = explain.bridges(explain.links_of(con, customer))
    return {
        "customer_id": customer,
        "records": records,
        "bridges": [explain.as_dict(link, show) for link in found[:3]],
        "bridge_count": len(found),
    }


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """The result of a query as dictionaries."""
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
