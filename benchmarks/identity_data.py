"""Data with known truth in the shape of identity_points: Febrl 3, fake_1000 and a built demo company."""

import csv
import re
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.identity.names import person

COLUMNS = (
    "point_no", "point_id", "stream", "subject", "email_norm", "phone_norm", "card_norm", "union_ref", "account_key",
    "visitor_key", "buyer_key", "guard_reason", "given_norm", "given_forms", "family_norm", "company_norm", "tax_norm",
    "birth_text", "postal_norm", "street_norm", "city_norm", "handle_norm",
)  # fmt: skip


def febrl(folder: Path) -> pd.DataFrame:
    """5,000 records of 2,000 persons with up to five errors a record; column `entity` is the truth."""
    rows = []
    for r in _read(folder / "er_febrl" / "dataset3.csv"):
        name = person(r["given_name"], r["surname"], "")
        street = re.sub(r"[ .,]", "", r["street_number"] + r["address_1"])
        rows.append(
            {
                "entity": r["rec_id"].split("-")[1], "given_norm": name.given, "given_forms": name.forms,
                "family_norm": name.family,
                "birth_text": r["date_of_birth"], "tax_norm": r["soc_sec_id"],
                "postal_norm": r["postcode"], "street_norm": street, "city_norm": r["suburb"],
            }
        )  # fmt: skip
    return _points(rows)


def fake_1000(folder: Path) -> pd.DataFrame:
    """1,000 records of 251 persons with name, birth date, city and e-mail, each often missing or wrong."""
    rows = []
    for r in _read(folder / "er_fake1000" / "fake_1000.csv"):
        name = person(r["first_name"], r["surname"], "")
        rows.append(
            {
                "entity": r["cluster"], "given_norm": name.given, "given_forms": name.forms, "family_norm": name.family,
                "birth_text": r["dob"].replace("-", ""), "city_norm": r["city"].lower(),
                "email_norm": r["email"].lower(),
            }
        )  # fmt: skip
    return _points(rows)


def demo(home: Path) -> pd.DataFrame:
    """Contact points of a built demo company; `entity` is who stands behind an account or profile, else NULL."""
    with duckdb.connect(str(home / "work.duckdb"), read_only=True) as con:
        truth = home / "truth" / "records.parquet"
        columns = ", ".join(f"points.{name}" for name in COLUMNS)
        return con.execute(f"""
            select {columns}, truth.entity_id as entity from identity.identity_points as points
            left join '{truth}' as truth
                on points.point_id = truth.stream || ':' || truth.system || ':' || truth.record_ref
            order by point_no""").df()


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, skipinitialspace=True)
        return [{key.strip(): (value or "").strip() for key, value in row.items()} for row in rows]


def _points(rows: list[dict[str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).reindex(columns=["entity", *COLUMNS]).astype("object")
    frame = frame.where(frame.notna() & (frame != ""), None)
    frame["point_no"] = range(1, len(frame) + 1)
    frame["point_id"] = [f"customers:{number:07d}" for number in frame["point_no"]]
    frame["stream"], frame["subject"] = "customers", "person"
    return frame
