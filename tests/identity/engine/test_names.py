"""Names as people type them, read into parts that compare."""

import importlib.util
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.identity import normalise
from orchestration.identity.names import Name, company, person
from orchestration.identity.tables import IDENTITY_TABLES

HAS_PINYIN = importlib.util.find_spec("pypinyin") is not None


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("Siobhán", "O’Connor", ""), ("siobhan", "oconnor")),
        (("", "", "Mr. John Smith"), ("john", "smith")),
        (("JOHN ", " SMITH", ""), ("john", "smith")),
        (("", "", "Ｊｏｈｎ　Ｓｍｉｔｈ"), ("john", "smith")),
        (("", "", "Zhang Yingqiang"), ("yingqiang", "zhang")),
        (("", "", "WangBochao"), ("bochao", "wang")),
        (("", "", "Anne-Marie Duval"), ("anne", "duval")),
        (("", "", "小太阳43"), ("", "")),
        (("", "", "小太阳"), ("", "")),
        (("", "", "sunny77"), ("", "")),
        (("", "", ""), ("", "")),
        (("", "", "Madonna"), ("", "")),
        (("", "", "Isla MacDonald"), ("isla", "macdonald")),
        (("Isla", "Mac Donald", ""), ("isla", "macdonald")),
        (("", "", "MacDonald"), ("", "")),
        (("", "", "Juan de la Cruz"), ("juan", "delacruz")),
        (("Juan", "De La Cruz", ""), ("juan", "delacruz")),
        (("", "", "Van Morrison"), ("van", "morrison")),
        (("", "", "Smith, Dr. John"), ("john", "smith")),
        (("", "", "John Smith, Jr."), ("john", "smith")),
        (("", "", "Lü Yang"), ("lu", "yang")),
        (("Yang", "Lv", ""), ("yang", "lu")),
        (("", "", "Nyum Lyu"), ("nyum", "lu")),
    ],
)
def test_a_name_is_read_into_given_and_family(parts: tuple[str, str, str], expected: tuple[str, str]) -> None:
    name = person(*parts)
    assert (name.given, name.family) == expected


def test_a_nickname_stands_for_every_name_it_may_be_short_for() -> None:
    assert person("Alex", "Ray", "").forms == "|alex|alexander|alexandra|"
    assert person("Bill", "Ray", "").forms == "|bill|william|"
    assert person("William", "Ray", "").forms == "|william|"


def test_the_first_word_of_a_handle_settles_what_a_nickname_is_short_for() -> None:
    assert person("", "", "Chris Ray", "christopher") == person("", "", "Christopher Ray")
    assert person("", "", "Chris Ray", "sunshine") == person("", "", "Chris Ray")
    assert person("", "", "sunny77", "christopher") == Name()


def test_a_name_in_another_language_may_be_the_same_name() -> None:
    assert person("Piotr", "Ray", "").forms == "|peter|piotr|"


@pytest.mark.skipif(not HAS_PINYIN, reason="pypinyin is not installed here")
@pytest.mark.parametrize(
    ("han", "latin"),
    [
        ("欧阳娜娜", ("nana", "ouyang")),
        ("吕杨", ("yang", "lv")),
        ("单雄信", ("xiongxin", "shan")),
        ("曾国藩", ("guofan", "zeng")),
    ],
)
def test_a_chinese_name_is_read_in_pinyin_with_compound_surnames_and_their_readings(han: str, latin: tuple) -> None:
    assert person("", "", han) == person(*latin, "")


def test_a_chinese_name_is_split_behind_its_surname() -> None:
    one, whole = person("娜娜", "欧阳", ""), person("", "", "欧阳娜娜")
    assert whole == one
    assert whole.given and whole.family


TWO_WAYS = [
    ("Ann Ray", "Ａｎｎ　Ｒａｙ"),
    ("Ann Ray", "Ann\u3000Ray\u3000"),
    ("Ann Ray", "Ann\u00a0Ray"),
    ("Ann Ray", "Ann \u200bRay"),
    ("Ann Ray", "\ufeffAnn Ray"),
    ("Ann Ray", "ANN RAY"),
    ("Ann Ray", "Ann Ray 🌸"),
    ("Ann Ray", "🌸 Ann Ray"),
    ("Ann Ray", "\u0410nn R\u0430y"),
    ("Ann Ray", "Αnn Ray"),
    ("Ann Ray", "Ray, Ann"),
    ("Ann Ray", "Dr. Ann Ray"),
    ("Réne Ray", "Re\u0301ne Ray"),
    ("Zoë Groß", "Zoe Gross"),
    ("Łucja Ołów", "Lucja Olow"),
    ("Siân O’Neill", "Sian O'Neill"),
    ("Ｚｏë Ray", "Zoe\u0308 Ray"),
    ("Søren Dahl", "Soren Dahl"),
    ("Anne-Marie Ray", "Anne‑Marie Ray"),
    ("ﬁona Ray", "Fiona Ray"),
]


@pytest.mark.parametrize(("one", "other"), TWO_WAYS)
def test_f62_a_name_is_the_same_however_it_was_typed(one: str, other: str) -> None:
    assert person("", "", one) == person("", "", other) != Name()


@pytest.mark.skipif(not HAS_PINYIN, reason="pypinyin is not installed here")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("张伟", "張偉"),
        ("陈大文", "陳大文"),
        ("欧阳娜娜", "歐陽娜娜"),
        ("刘德华", "劉德華"),
        ("单雄信", "單雄信"),
        ("尉迟恭", "尉遲恭"),
    ],
)
def test_f62_a_chinese_name_is_the_same_in_simplified_and_traditional_characters(one: str, other: str) -> None:
    assert person("", "", one) == person("", "", other) != Name()


def test_a_name_in_an_alphabet_that_is_not_latin_is_none() -> None:
    assert person("", "", "Анна Иванова") == Name()


def test_a_company_is_known_without_its_legal_form() -> None:
    assert company("Linford Catering Ltd") == company("LINFORD CATERING LIMITED") == "linford catering"
    assert company("上海万象商贸有限公司") == company("上海万象商贸") == "上海万象"
    assert company("Group Ltd") == "group", "something of the name always remains"


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=80))
def test_any_text_is_read_without_error_and_the_same_way_twice(first: str, last: str, whole: str) -> None:
    name = person(first, last, whole)
    assert isinstance(name, Name)
    assert name == person(unicodedata.normalize("NFC", first), unicodedata.normalize("NFC", last), whole)
    assert name.forms == "" or f"|{name.given}|" in name.forms or name.forms.count("|") >= 2


def test_names_are_read_once_and_only_new_ones_later() -> None:
    import duckdb

    con = duckdb.connect()
    con.execute("create schema raw")
    con.execute("create schema ops")
    for name in ("identity_names", "identity_reader"):
        con.execute(f"create table ops.{name} ({IDENTITY_TABLES[name]})")
    con.execute("create table raw.customers (given_name text, family_name text, name text, company_name text)")
    con.execute("create table raw.leads (name text)")
    con.execute("create table raw.profiles (display_name text, handle text)")
    con.execute("insert into raw.customers values ('Bill', 'Ray', null, null), (null, null, null, 'Ray Ltd')")
    con.execute("insert into raw.leads values ('Ann Ray'), (null)")
    assert [normalise.read_names(con), normalise.read_names(con)] == [3, 0]
    con.execute("insert into raw.profiles values ('sunny77', null), ('Chris|Ray', 'Christopher_Ray.52')")
    assert normalise.read_names(con) == 2
    rows = con.execute("select * from ops.identity_names order by kind, text").fetchall()
    assert rows == [
        ("company", "Ray Ltd", None, None, None, "ray"),
        ("person", "Bill|Ray|", "bill", "|bill|william|", "ray", None),
        ("person", "||Ann Ray", "ann", "|ann|", "ray", None),
        ("person", "||Chris Ray|christopher", "christopher", "|christopher|", "ray", None),
        ("person", "||sunny77|", None, None, None, None),
    ]
    con.execute("update ops.identity_names set given_norm = 'as an older reader read it'")
    con.execute("update ops.identity_reader set fingerprint = 'an older reader'")
    assert normalise.read_names(con) == 5, "another reader reads all of them again"
    assert con.execute("select * from ops.identity_names order by kind, text").fetchall() == rows
