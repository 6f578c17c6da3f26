"""F-23 to F-26: encodings, byte order marks, odd characters. Compared is the text itself, never a count."""

import pytest

from orchestration.ingestion.model import DeliveryRejected
from tests.ingestion.reading import read_bytes

CHINESE = [
    ("王小明", "北京市朝阳区建国路八十八号"),
    ("李丽", "上海市浦东新区世纪大道，请尽快发货"),
    ("Zoe", "ascii only"),
]
TAIWAN = [("陳美麗", "高雄市左營區博愛路，請盡快發貨，謝謝"), ("王小明", "臺北市信義區市府路一號")]
JAPANESE = [("山田太郎", "東京都千代田区丸の内、よろしくお願いします"), ("佐藤花子", "大阪市北区梅田１丁目")]
WESTERN = [("José", "Málaga – “calle”"), ("Müller", "Zürich Straße 5, 12 €"), ("Zoë", "Besançon")]
CASES = [
    *((CHINESE, codec) for codec in ("utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be")),
    *((TAIWAN, codec) for codec in ("utf-8", "big5", "utf-16")),
    *((JAPANESE, codec) for codec in ("utf-8", "shift_jis", "utf-16-le")),
    *((WESTERN, codec) for codec in ("utf-8", "cp1252", "utf-16-be", "utf-32")),
]


def table(rows: list[tuple[str, str]], end: str = "\r\n") -> str:
    return end.join(["name,address", *(f'{name},"{address}"' for name, address in rows)]) + end


@pytest.mark.parametrize("declared", ["auto", "declared"])
@pytest.mark.parametrize(("rows", "codec"), CASES, ids=[f"{codec}-{rows[0][0]}" for rows, codec in CASES])
def test_F24_the_same_text_arrives_whatever_its_encoding(tmp_path, rows, codec, declared):
    if codec == "utf-32" and declared == "auto":
        rows = rows[:1]
    found = read_bytes(tmp_path, table(rows).encode(codec), encoding="auto" if declared == "auto" else codec)
    assert found.columns == ["name", "address"]
    assert found.values == rows
    assert not found.bad


@pytest.mark.parametrize("codec", ["gb18030", "big5", "utf-16"])
def test_F24_a_pipe_as_delimiter_is_no_half_character(tmp_path, codec):
    rows = [("許功蓋", "餐廳"), ("王", "育")]  # characters whose second Big5 byte is | or a backslash are among these
    data = "name|note\n" + "".join(f"{name}|{note}\n" for name, note in rows)
    assert read_bytes(tmp_path, data.encode(codec), encoding=codec, delimiter="|").values == rows


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        (table(WESTERN), "utf-8", "cp1252"),
        (table(CHINESE), "utf-8", "gb18030"),
        (table(CHINESE), "gb18030", "utf-8"),
        (table(CHINESE), "utf-16", "utf-8"),
        (table(CHINESE), "utf-16-le", "utf-8"),
        (table(CHINESE), "utf-16-be", "utf-16-le"),
        (table(TAIWAN * 8), "big5", "shift_jis"),
    ],
)
def test_F24_a_wrong_declaration_rejects_the_delivery_and_says_so(tmp_path, text, codec, declared):
    data = ("\ufeff" if codec == "utf-16-be" else "").encode(codec) + text.encode(codec)
    with pytest.raises(DeliveryRejected) as refusal:
        read_bytes(tmp_path, data, encoding=declared)
    assert refusal.value.reason == "encoding_mismatch"
    assert "encoding:" in str(refusal.value)


@pytest.mark.parametrize("data", [b"name\n\xb9\xfa\x81\n", b"name\n" + bytes(range(128, 256)) + b"\n"])
def test_F24_what_cannot_be_settled_is_refused_with_advice(tmp_path, data):
    with pytest.raises(DeliveryRejected, match="declare `encoding:`") as refusal:
        read_bytes(tmp_path, data, encoding="auto")
    assert refusal.value.reason == "encoding_unknown"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["without", "with"])
@pytest.mark.parametrize("declared", ["utf-8", "utf-8-sig", "auto"])
def test_F23_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path, mark, declared):
    found = read_bytes(tmp_path, mark + "id,名\n1,é\n".encode(), encoding=declared)
    assert (found.columns, found.values) == (["id", "名"], [("1", "é")])


@pytest.mark.parametrize(
    ("good", "codec"), [("é,中", "utf-8"), ("王,中", "gb18030"), ("王,中", "big5"), ("é,ß", "cp1252")]
)
def test_F25_one_row_in_another_encoding_is_kept_aside_with_its_bytes(tmp_path, good, codec):
    broken = b"500,\xff\xfe\x81" if codec != "cp1252" else b"500,\x81\x8d"
    lines = [good.encode(codec)] * 1000
    lines[500] = broken
    found = read_bytes(tmp_path, b"a,b\n" + b"\n".join(lines), encoding=codec)
    assert found.rules == {501: "bad_encoding"}
    assert found.bad[501].content == broken
    assert found.bad[501].line_no == 502
    assert found.values == [tuple(good.split(","))] * 999


KEPT = {
    "control characters": "a\x01\x1b\x7fb",
    "right-to-left override": "abc\u202egpj.exe",
    "zero width": "a\u200bb\u200d\ufeffc",
    "tab and vertical tab": "a\tb\x0bc\x0c",
    "line separator": "a\u2028b\u0085c",
    "beyond the basic plane": "𠮷野家 👩‍👩‍👧",
    "combining": "e\u0301",
    "non-characters": "\ufffe\uffff\U0010ffff",
    "replacement character as delivered": "a\ufffdb",
    "full width digits": "１２３",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_F26_odd_characters_stay_as_delivered(tmp_path, text):
    data = f"a,b\n1,{text}\n2,x\n"
    for codec in ("utf-8", "utf-16"):
        assert read_bytes(tmp_path, data.encode(codec), encoding=codec).values == [("1", text), ("2", "x")]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"a,b\n1,x\x00y\n2,z\n", "nul_byte"),
        (b"a,b\n1,\xed\xa0\x80\n2,z\n", "bad_encoding"),  # a surrogate is no character in UTF-8
        (b"a,b\n1,\xc0\xaf\n2,z\n", "bad_encoding"),  # overlong form
    ],
)
def test_F26_what_is_no_text_is_kept_aside_and_accounted(tmp_path, data, rule):
    found = read_bytes(tmp_path, data + b"3,\xc3\xa9\n4,\xc3\xa9\n")
    assert found.rules == {1: rule}
    assert found.bad[1].content == data.split(b"\n")[1]
    assert found.values == [("2", "z"), ("3", "é"), ("4", "é")]


def test_F26_half_a_surrogate_pair_in_utf16_is_kept_aside_with_the_bytes_delivered(tmp_path):
    lines = ["a,b", "1,中", "2,\ud83d", "3,国"]
    data = b"\xff\xfe" + "\r\n".join(lines).encode("utf-16-le", "surrogatepass")
    found = read_bytes(tmp_path, data, encoding="utf-16")
    assert found.rules == {2: "bad_encoding"}
    assert found.bad[2].content == lines[2].encode("utf-16-le", "surrogatepass")
    assert found.values == [("1", "中"), ("3", "国")]
