"""The leaders' report says what the release says, in both languages, and what it does not know."""

import re
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest

from orchestration.release.connect import connect
from orchestration.report import LANGUAGES, write
from orchestration.report.facts import QUERIES, Span, read
from orchestration.report.page import WORDS, render
from orchestration.settings import Settings


def card(page: str, name: str) -> str:
    return re.search(rf'id="{name}">.*?<b>(.*?)</b>', page, re.DOTALL)[1]


def test_key_figures_are_those_of_the_facts(released: Settings) -> None:
    """Counted again from core, not by the report's queries."""
    page = write(released, "en").read_text(encoding="utf-8")
    with connect(released) as con:
        ((orders, buyers, sales),) = con.execute(
            "select count(*) filter (where not is_cancelled),"
            " count(distinct customer_id) filter (where not is_cancelled and positive_line_count > 0),"
            " sum(sales_base) from core.fct_orders where ordered_on between '2025-07-01' and '2026-06-30'"
        ).fetchall()
        ((returned,),) = con.execute(
            "select sum(deducted_base) from core.fct_returns where returned_on between '2025-07-01' and '2026-06-30'"
        ).fetchall()
    assert card(page, "orders") == f"{orders:,}"
    assert card(page, "customers") == f"{buyers:,}"
    assert card(page, "net") == f"{sales - returned:,.0f}"
    assert card(page, "return_share") == f"{100 * returned / sales:.1f} %"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_insights_stand_in_the_order_of_the_mart_in_the_words_of_the_language(released: Settings, lang: str) -> None:
    page = write(released, lang).read_text(encoding="utf-8")
    with connect(released) as con:
        titles = con.execute(f"select title_{lang} from marts.insights order by insight_rank limit 12").fetchall()
    table = page[page.index('<table id="insights">') : page.index("</table>", page.index('<table id="insights">'))]
    assert titles and re.findall(r"<br><b>(.*?)</b>", table) == [title for (title,) in titles]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_changed_segment_is_who_the_ledgers_say(released: Settings, lang: str) -> None:
    """Members of both ends listed as people, then compared as sets: not by the report's query."""
    page = write(released, lang).read_text(encoding="utf-8")
    table = page[page.index('<table id="changes">') : page.index("</table>", page.index('<table id="changes">'))]
    shown = Counter(tuple(re.findall(r"<td.*?>(.*?)</td>", row)) for row in table.split("<tr>")[2:])
    with connect(released) as con:
        names = {(of, segment): name for of, segment, name in con.execute(
            f"select segmentation, segment, segment_{lang} from marts.segment_profiles").fetchall()}  # fmt: skip
        net = dict(con.execute(
            "select customer_id, sum(net_base) from core.fct_orders"
            " where ordered_on between '2025-07-01' and '2026-06-30' group by 1").fetchall())  # fmt: skip
        ends = [
            members(con.execute(
                f"""select segmentation, segment, customer_id from marts.segment_ledger
                    where valid_from <= '{day}' and (valid_to is null or valid_to > '{day}')
                    union all select 'rfm', rfm_segment, customer_id from marts.rfm_ledger
                    where valid_from <= '{day}' and (valid_to is null or valid_to > '{day}')""").fetchall())
            for day in ("2025-06-30", "2026-06-30")
        ]  # fmt: skip

    def money(people: set[str]) -> str:
        return f"{sum(net.get(person) or 0 for person in people):,.0f}".replace("-", "\u2212")

    expected: Counter[tuple[str, ...]] = Counter()
    for key in set(ends[0]) | set(ends[1]):
        before, after = ends[0].get(key, set()), ends[1].get(key, set())
        if before != after and key[1] != "outside_window":
            entered, departed = after - before, before - after
            name = names.get(key) or WORDS[lang]["segments"][key[1]]
            expected[name, f"{len(before):,}", f"{len(entered):,}", money(entered), f"{len(departed):,}",
                     money(departed), f"{len(after):,}"] += 1  # fmt: skip
    assert len(expected) > 20
    assert shown == expected


def members(rows: list[tuple[str, str, str]]) -> dict[tuple[str, str], set[str]]:
    """People by segmentation and segment."""
    found: dict[tuple[str, str], set[str]] = {}
    for segmentation, segment, person in rows:
        found.setdefault((segmentation, segment), set()).add(person)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_is_whole_by_itself_and_the_same_again(released: Settings, lang: str) -> None:
    path = write(released, lang)
    first = path.read_bytes()
    assert write(released, lang).read_bytes() == first
    page = first.decode()
    assert not re.findall(r'(?:src|href)="(?!#)', page.replace("xlink:href", "")), "nothing is loaded from elsewhere"
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) == 7
    for picture in pictures:
        ElementTree.fromstring(picture)
    assert WORDS[lang]["stages"]["loyalty"] in "".join(pictures)
    assert "data-missing" not in page


def test_both_languages_have_a_word_for_everything() -> None:
    def keys(words: dict, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
        return set().union(*(keys(v, (*path, k)) if isinstance(v, dict) else {(*path, k)} for k, v in words.items()))

    assert {key for key in keys(WORDS["en"]) ^ keys(WORDS["zh"]) if key[0] != "groups"} == set()
    assert set(QUERIES) == {"figures", *WORDS["en"]["parts"]}


def test_a_release_without_web_funnel_and_insights_says_what_it_lacks(released: Settings, tmp_path: Path) -> None:
    """As a shop that has orders only: tables empty, one not even there."""
    database = tmp_path / "shop.duckdb"
    shutil.copy(released.current_release, database)
    with duckdb.connect(str(database)) as con:
        for table in ("sales_funnel", "relationship_funnel", "target_attainment", "employee_sales"):
            con.execute(f"delete from marts.{table}")
        con.execute("drop table marts.insights")
        facts = read(con)
    assert facts.missing == ["deals", "people", "employees", "targets", "insights"]
    page = render(facts, "en", "GBP")
    assert re.findall(r'data-missing="(\w+)"', page) == ["insights", "people", "deals", "employees", "targets"]


@pytest.mark.parametrize(
    ("as_of", "months", "since", "until_before"),
    [
        ("2026-06-30", 12, "2025-07-01", "2025-06-30"),
        ("2026-06-30", 3, "2026-04-01", "2025-06-30"),
        ("2024-02-29", 12, "2023-03-01", "2023-02-28"),
        ("2026-03-15", 1, "2026-02-16", "2025-03-15"),
    ],
)
def test_a_span_is_whole_months(as_of: str, months: int, since: str, until_before: str) -> None:
    span = Span.months_to(date.fromisoformat(as_of), months)
    assert (span.since.isoformat(), span.until_before.isoformat()) == (since, until_before)


def test_a_mistake_is_told_and_not_thrown(
    released: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, acrm: Callable[..., tuple[int, str]]
) -> None:
    monkeypatch.setenv("CRM_HOME", str(released.home))
    assert acrm("report", "--lang", "fr") == (1, "Error: --lang fr: choose one of en, zh.\n")
    assert acrm("report", "--out", str(tmp_path))[0] == 1
    code, text = acrm("report", "--lang", "zh", "--months", "3", "--out", str(tmp_path / "leaders.html"))
    assert (code, text) == (0, f"wrote {tmp_path / 'leaders.html'}\n")
    monkeypatch.setenv("CRM_HOME", str(tmp_path / "nowhere"))
    assert acrm("report")[0] == 1


@pytest.fixture
def acrm(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Call `acrm` with arguments: exit code, and what it printed on either stream."""
    from orchestration.cli import main

    def call(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main(list(arguments))
        return int(exit_.value.code or 0), "".join(capsys.readouterr())

    return call
