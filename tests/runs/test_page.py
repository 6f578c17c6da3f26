"""The status page says what the records say, in both languages, by itself."""

import re

import pytest

from data_quality.results import GateFailed
from orchestration.progress import Event
from orchestration.runs import write
from orchestration.runs.words import LANGUAGES, WORDS
from tests.runs.small import events


def cells(page: str, run_id: str) -> list[str]:
    row = re.search(rf'<tr data-run="{run_id}">(.*?)</tr>', page, re.DOTALL)[1]
    return [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_run_has_a_row_with_its_figures_and_a_failed_one_its_checks(of, ran, lang):
    good = ran(events())
    failing = Event("audit", "check", "revenue <b>per day</b>", False, facts={
        "layer": "marts", "severity": "critical", "passed": False, "failed": 1234,
    })  # fmt: skip
    bad = ran([*events()[:5], failing], GateFailed([]))
    killed = of.runs / "20240101-000000-000000.jsonl"
    killed.write_text('{"event": "run_started", "at": "x"}\n{"event": "node", "step": "build"}\n{"event": "no')
    (of.runs / "20240101-000000-000001.jsonl").write_text("")
    page = write(of, lang).read_text(encoding="utf-8")
    words = WORDS[lang]
    assert cells(page, killed.stem)[2] == f"{words['states']['unfinished']} {words['reached']}".format(
        step=words["steps"]["build"]
    )
    row = cells(page, good.run_id)
    assert row[1:3] == ["test", words["states"]["released"]]
    assert row[3:5] == ["–", f"1 {words['warns']}"], "the release of this small run was never made"
    assert row[7:] == ["10", "8", "2", "1", "2"]
    assert cells(page, bad.run_id)[2] == words["states"]["failed"] and cells(page, bad.run_id)[4] == "1"
    assert "revenue &lt;b&gt;per day&lt;/b&gt;" in page and "1,234" in page
    assert words["errors"]["GateFailed"]["to_do"].split("`")[0] in page
    assert re.search(r'id="failures"><span>.*?</span><b>1</b>', page)
    assert not re.findall(r"(?:src|href)=|url\(|https?://", page), "nothing is loaded from elsewhere"


def test_the_page_without_a_run_says_how_to_begin_and_an_unknown_language_is_english(of, monkeypatch):
    monkeypatch.setenv("CRM_DASHBOARD_LANG", "xx")
    page = write(of).read_text(encoding="utf-8")
    assert "acrm run" in page and 'lang="en"' in page
    assert [path.name for path in of.reports.iterdir()] == ["status.html"]


def test_both_languages_say_the_same_things():
    def keys(words: dict, before: str = "") -> set[str]:
        found = set()
        for name, value in words.items():
            found |= keys(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}"}
        return found

    def fields(words: dict) -> list:
        return [fields(v) if isinstance(v, dict) else sorted(re.findall(r"{\w+}", v)) for v in words.values()]

    assert keys(WORDS["en"]) == keys(WORDS["zh"]) and fields(WORDS["en"]) == fields(WORDS["zh"])
