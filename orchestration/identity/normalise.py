"""`ops.identity_names`: every distinct name text of the raw layer with its comparable parts, each read once.

SQL folds case, width and blanks; it cannot tell that 欧阳娜 is Na Ouyang, nor that Bill may be William. So names
are read in Python, distinct and unseen ones only: nothing new costs one anti-join. Staging joins the table by `text`.
A reader with another code, vocabulary or pypinyin reads all of them again, so that no run depends on the ones before.
"""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.identity import names
from orchestration.identity.names import company, person
from orchestration.settings import DBT_PROJECT

if TYPE_CHECKING:
    import pandas as pd

# Streams that state names: a person (given|family|whole, of a profile |first word of its handle, too), a company.
UNSEEN = """
    with stated as (
        select 'person' as kind,
            coalesce(given_name, '') || '|' || coalesce(family_name, '') || '|' || coalesce(name, '') as text
        from raw.customers
        union select 'person', '||' || name from raw.leads where name is not null
        union select 'person', '||' || replace(display_name, '|', ' ') || '|'
            || coalesce(lower(split_part(split_part(handle, '.', 1), '_', 1)), '')
        from raw.profiles where display_name is not null
        union select 'company', company_name from raw.customers where company_name is not null
    )
    select kind, text from stated where text <> '||'
    except select kind, text from ops.identity_names"""


def read_names(con: duckdb.DuckDBPyConnection) -> int:
    """Add the names that the raw layer has and the table has not; how many. Runs after ingest, before dbt."""
    if con.execute("select fingerprint from ops.identity_reader").fetchall() != [(reader(),)]:
        con.execute("delete from ops.identity_names").fetchall()
        con.execute("delete from ops.identity_reader").fetchall()
        con.execute("insert into ops.identity_reader values (?)", [reader()]).fetchall()
    unseen = con.execute(UNSEEN).fetchall()
    if unseen:
        con.register("new_names", parsed(unseen))
        con.execute("insert into ops.identity_names select * from new_names")
        con.unregister("new_names")
    return len(unseen)


@cache
def reader() -> str:
    """What the parts of a name depend on beside its text, as one hash."""
    try:
        pypinyin = version("pypinyin")
    except PackageNotFoundError:
        pypinyin = "missing"
    read_by = [Path(names.__file__), DBT_PROJECT / "seeds" / "identity_words.csv"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in read_by) + pypinyin.encode()).hexdigest()


def parsed(texts: list[tuple[str, str]]) -> "pd.DataFrame":
    """One row per (kind, text) in the columns of the table; parts that a text has not are NULL."""
    import pandas as pd

    rows = [(kind, text, *_parts(kind, text)) for kind, text in texts]
    frame = pd.DataFrame(rows, columns=["kind", "text", "given_norm", "given_forms", "family_norm", "company_norm"])
    return frame.astype("str").replace({"": None})


def _parts(kind: str, text: str) -> tuple[str, str, str, str]:
    if kind == "company":
        return "", "", "", company(text)
    given, family, whole, handle = [*text.split("|"), "", ""][:4]
    name = person(given, family, whole, handle)
    return name.given, name.forms, name.family, ""
