"""`acrm identity preview` tells what the next run would do with identity_overrides.csv, and touches nothing for it."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt import _let_go
from orchestration.identity.explain import shown
from orchestration.identity.incremental import FROM_CLUSTERS, Chain
from orchestration.identity.preview import preview
from orchestration.identity.state import prepare
from orchestration.ingestion.store import connect
from orchestration.release.publish import publish
from orchestration.settings import Settings
from tests.cli.conftest import acrm  # noqa: F401
from tests.dbt.project import Dbt, Raw

HEADER = "action,record_a,record_b,decided_by,decided_on,reason\n"
SELECT = ("resource_type:seed", "+bridge_customer_identities", "+customer_id_registry", "+customer_id_decisions")
ADA, BO, CY, GRETA = (f"customers:{place}" for place in ("shop:1", "shop:2", "shop:3", "till:7"))
BO_LEAD, CY_LEAD = "leads:shop:2", "leads:shop:3"
OTHER_LEAD = "leads:shop:31"  # of Cy, too
MERGED, APART = ("merge", ADA, GRETA), ("split", OTHER_LEAD, "")
STANDING = [MERGED, APART]  # replayed by the last build, which founded an id for the record that stands apart
FILES = {
    "merge": [*STANDING, ("merge", BO, CY)],
    "merge with what a line holds together": [("merge", BO, GRETA), ("merge", GRETA, CY)],
    "confirm": [*STANDING, ("confirm", GRETA, CY_LEAD)],
    "forbid": [*STANDING, ("forbid", BO, BO_LEAD)],
    "split of the founder": [*STANDING, ("split", BO, "")],
    "company for an id of the last build": [MERGED, ("forbid", OTHER_LEAD, CY), ("merge", OTHER_LEAD, CY_LEAD)],
    "all lines taken out": [],
    "one for another": [("merge", ADA, CY), ("forbid", CY, CY_LEAD), ("split", BO, "")],
}


def write(of: Settings, lines: Iterable[tuple[str, str, str]]) -> None:
    text = "".join(",".join((*line, "Ann", "2026-05-04", "called them")) + "\n" for line in lines)
    of.identity_overrides.write_text(HEADER + text, encoding="utf-8")


def persons(of: Settings, table: str = "marts.bridge_customer_identities") -> dict[str, str]:
    """Every record with its person."""
    with duckdb.connect(str(of.work_db), read_only=True) as con:
        query = f"select stream || ':' || system || ':' || record_ref, customer_id from {table}"
        return dict(con.execute(query).fetchall())


def moved(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {record: (before[record], after[record]) for record in before if before[record] != after[record]}


def previewed(of: Settings) -> dict[str, tuple[str, str]]:
    moves = preview(of, show=True)["moves"]
    assert all(move["count"] == len(move["records"]) for move in moves)
    return {record: (move["before"], move["after"]) for move in moves for record in move["records"]}


def run_whole(of: Settings) -> None:
    """What a run does between clusters and ids, over everything, with what the newest release carries over."""
    with connect(of) as con:
        prepare(con, of)
        Chain.of(FROM_CLUSTERS).whole(con)
        con.execute("""create or replace table marts.bridge_customer_identities as
            select system, stream, record_ref, customer_id, null as card_ref
            from identity.identity_records left join identity.identity_persons using (point_id)""")


def run(dbt: Dbt, of: Settings, number: int) -> None:
    with connect(of) as con:
        prepare(con, of)
    dbt.run(of.work_db, *SELECT, base_currency="GBP")
    _let_go()
    publish(of, date(2024, 12, 31), f"run {number}")


@pytest.fixture(scope="module")
def last_run(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Forty persons; the last of two released builds replayed two lines."""
    of = Settings(home=tmp_path_factory.mktemp("last_run"), base_currency="GBP", as_of=None, threads=2, releases_kept=5)
    raw = Raw(of.work_db)
    people = {"1": "Ada Lane", "2": "Bo Chen", "3": "Cy Roth"} | {f"{i}": f"Person{i} Some" for i in range(10, 46)}
    raw.add("customers", [
        {"customer_ref": ref, "name": name, "email": f"{name.split()[0].lower()}@example.org"}
        for ref, name in people.items()
    ])  # fmt: skip
    raw.add("customers", [{"_system": "till", "customer_ref": "7", "name": "Greta Moss", "phone": "+447700900123"}])
    raw.add("leads", [
        {"lead_ref": ref, "name": people[ref[0]], "created_at": "2024-02-01",
         "email": f"{people[ref[0]].split()[0].lower()}@example.org"}
        for ref in ("2", "3", "31")
    ])  # fmt: skip
    for number, lines in enumerate(([], STANDING), 1):
        write(of, lines)
        run(dbt, of, number)
    return of


@pytest.fixture
def built(last_run: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy that a test may change, in the environment."""
    home = Path(shutil.copytree(last_run.home, tmp_path / "home"))
    monkeypatch.setenv("CRM_HOME", str(home))
    return Settings(home=home, base_currency="GBP", as_of=None, threads=2, releases_kept=5)


@pytest.mark.parametrize("name", FILES)
def test_a_preview_is_what_the_models_give_when_run_whole(built, name):
    before = persons(built)
    write(built, FILES[name])
    foreseen = previewed(built)
    run_whole(built)
    assert foreseen == moved(before, persons(built)) != {}


@pytest.mark.parametrize("name", FILES)
def test_a_preview_after_a_build_that_was_not_released_starts_from_the_release(built, name):
    write(built, [("merge", BO, GRETA), ("split", CY, "")])
    run_whole(built)
    before = persons(built)
    write(built, FILES[name])
    foreseen = previewed(built)
    run_whole(built)
    assert foreseen == moved(before, persons(built)) != {}


def test_a_preview_is_what_the_next_run_releases(built, dbt):
    before = persons(built)
    write(built, FILES["one for another"])
    foreseen = previewed(built)
    run(dbt, built, 3)
    assert foreseen == moved(before, persons(built)) != {}


def kinds(of: Settings) -> dict[str, set[tuple[str, int]]]:
    found: dict[str, set[tuple[str, int]]] = {}
    for move in preview(of)["moves"]:
        found.setdefault(move["kind"], set()).add((move["before"], move["count"]))
    return found


def test_ids_merge_split_and_come_back(built):
    ids = persons(built)
    write(built, [*STANDING, ("merge", BO, CY)])
    (younger,) = {ids[BO], ids[CY]} - {move["after"] for move in preview(built)["moves"]}
    assert kinds(built) == {"merge": {(younger, 2)}}
    write(built, [*STANDING, ("forbid", BO, BO_LEAD)])
    assert kinds(built) == {"split": {(ids[BO], 1)}}
    write(built, [MERGED])
    assert kinds(built) == {"merge": {(ids[OTHER_LEAD], 1)}}
    write(built, [APART])
    (move,) = preview(built)["moves"]
    assert (move["kind"], move["before"], move["records"]) == ("split", ids[ADA], [GRETA])


def files(of: Settings) -> dict[Path, str]:
    return {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in of.home.rglob("*") if p.is_file()}


def test_a_preview_writes_nothing_in_the_home(built, acrm):  # noqa: F811
    write(built, FILES["one for another"])
    before = files(built)
    assert acrm("identity", "preview").code == 0
    assert files(built) == before


def test_only_the_closures_of_changed_lines_are_looked_at(built):
    """A line that stands is not looked at, even when it moved to another place in the file."""
    write(built, [("merge", BO, CY), *STANDING])
    found = preview(built)
    assert (found["looked_at"], found["points"]) == (5, 43)
    write(built, [APART, ("split", GRETA, "")])
    assert preview(built)["looked_at"] == 2


def test_each_changed_line_is_told_with_its_effect(built):
    write(built, [
        ("merge", GRETA, CY), ("confirm", CY, CY_LEAD), ("forbid", BO, ADA), ("merge", CY, "customers:shop:99"),
        ("split", "customers:shop:10", ""), ("split", BO, ""),
    ])  # fmt: skip
    told = [(line["state"], line["line"], line["effect"], line["because"]) for line in preview(built)["lines"]]
    assert told == [
        ("new", 2, "one", "they are one person"),
        ("new", 3, "none", "they are one person"),
        ("new", 4, "none", "they are two persons"),
        ("new", 5, "pending", "customers:shop:99 has not arrived"),
        ("new", 6, "none", "it stands alone"),
        ("new", 7, "two", "it stands alone"),
        ("gone", None, "two", "they are two persons"),
        ("gone", None, "one", "it has company"),
    ]


def test_a_record_that_is_split_has_lost_company_even_when_somebody_else_keeps_it_company(built):
    write(built, [*STANDING, ("merge", GRETA, CY), ("split", CY, "")])
    told = [(line["line"], line["effect"], line["because"]) for line in preview(built)["lines"]]
    assert told == [(4, "one", "they are one person"), (5, "two", "it has company")]


def test_other_words_and_another_place_of_a_line_are_no_change(built, acrm):  # noqa: F811
    built.identity_overrides.write_text(
        f"{HEADER}# other words\n\n{','.join(APART)},Bo,2026-06-01,a gift\n{','.join(MERGED)},Bo,2026-06-01,seen\n",
        encoding="utf-8",
    )
    outcome = acrm("identity", "preview")
    assert (outcome.code, "nothing would change" in outcome.out) == (0, True)
    assert json.loads(acrm("identity", "preview", "--json").out) == {
        "lines": [], "moves": [], "looked_at": 0, "points": 43,
    }  # fmt: skip


def test_the_page_names_lines_ids_records_and_how_much_was_looked_at(built, acrm):  # noqa: F811
    write(built, [*STANDING, ("forbid", BO, BO_LEAD), ("merge", CY, "customers:shop:99")])
    outcome = acrm("identity", "preview")
    assert outcome.code == 0, outcome.err
    for text in (
        "they become two persons", "waits: customers:shop:99 has not arrived", persons(built)[BO], "of shop",
        "Looked at 5 of 43 contact points.",
    ):  # fmt: skip
        assert text in outcome.out
    assert json.loads(acrm("identity", "preview", "--json").out) == json.loads(json.dumps(preview(built), default=str))


def test_an_address_that_serves_as_a_number_is_masked_unless_asked_for(built, acrm):  # noqa: F811
    write(built, [*STANDING, ("merge", BO, "customers:shop:ada.lane@example.org")])
    for more in ((), ("--json",)):
        assert "ada.lane@" not in acrm("identity", "preview", *more).out
        assert "a***@example.org" in acrm("identity", "preview", *more).out
        assert "ada.lane@example.org" in acrm("identity", "preview", "--show-values", *more).out
    assert shown("leads:crm:a:b") == "leads:crm:a:b"


def test_a_mistake_is_told_as_the_check_tells_it(built, acrm):  # noqa: F811
    write(built, [MERGED, ("join", ADA, BO), ("merge", "1042", BO)])
    outcome, checked = acrm("identity", "preview"), acrm("identity", "check")
    assert outcome == checked and outcome.code == 1
    assert f"{built.identity_overrides}:3: action: 'join'" in outcome.err and ":4: record_a" in outcome.err


def test_without_a_build_it_says_what_makes_one(home, acrm):  # noqa: F811
    outcome = acrm("identity", "preview")
    assert (outcome.code, "acrm run" in outcome.err) == (1, True)
    Raw(home / "work.duckdb")  # records came in, nothing was built
    outcome = acrm("identity", "preview")
    assert (outcome.code, "acrm run" in outcome.err) == (1, True), outcome.err


@pytest.mark.parametrize(("read_only", "wanted"), [(False, (4, True)), (True, (0, False))])
def test_while_a_run_writes_it_says_so_and_other_readers_do_no_harm(built, acrm, read_only, wanted):  # noqa: F811
    write(built, [])
    code = f"""
import duckdb, time
con = duckdb.connect({str(built.work_db)!r}, read_only={read_only})
print('open', flush=True)
time.sleep(60)"""
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline().strip() == "open"
        outcome = acrm("identity", "preview")
    finally:
        holder.kill()
        holder.wait()
    assert (outcome.code, "try again" in outcome.err) == wanted
