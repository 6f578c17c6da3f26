"""F-43: JSON lines. What is written is what arrives; a broken line costs itself."""

import pytest

from orchestration.ingestion.model import DeliveryRejected
from tests.ingestion.reading import read_bytes

BROKEN = {
    "a line cut off": (b'{"a":1,"b":', "not_json"),
    "a key twice": (b'{"a":1,"b":2,"a":3}', "duplicate_key"),
    "a key twice further down": (b'{"a":{"x":1,"x":2}}', "duplicate_key"),
    "a key twice by escape": (b'{"a":1,"\\u0061":2}', "duplicate_key"),
    "NaN": (b'{"a":NaN}', "not_json"),
    "Infinity": (b'{"a":[1,-Infinity]}', "not_json"),
    "an array": (b"[1,2]", "not_an_object"),
    "a number": (b"17", "not_an_object"),
    "null": (b"null", "not_an_object"),
    "nothing but spaces": (b"   ", "not_json"),
    "a comma too many": (b'{"a":1,}', "not_json"),
    "a comma missing": (b'{"a":1 "b":2}', "not_json"),
    "two objects": (b'{"a":1}{"a":2}', "not_json"),
    "a comment": (b'{"a":1} // x', "not_json"),
    "single quotes": (b"{'a':1}", "not_json"),
    "no quotes": (b"{a:1}", "not_json"),
    "a leading zero": (b'{"a":01}', "not_json"),
    "a plus sign": (b'{"a":+1}', "not_json"),
    "a bare point": (b'{"a":1.}', "not_json"),
    "a wrong word": (b'{"a":True}', "not_json"),
    "a bare word": (b'{"a":nul}', "not_json"),
    "a tab in a text": (b'{"a":"x\ty"}', "not_json"),
    "a wrong escape": (b'{"a":"\\x41"}', "not_json"),
    "an open text": (b'{"a":"x}', "not_json"),
    "too deep": (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "too_deep"),
    "a hundred thousand deep": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
    "half a character": (b'{"a":"\\ud83d"}', "bad_encoding"),
    "NUL as escape": (b'{"a":"x\\u0000"}', "nul_byte"),
    "not UTF-8": (b'{"a":"\xff"}', "bad_encoding"),
    "a broken nested value": (b'{"a":{"x":1,,}}', "not_json"),
    "a closing bracket of the other kind": (b'{"a":[1}}', "not_json"),
    "a number as key": (b'{1:"a"}', "not_json"),
    "text before the object": (b'x{"a":1}', "not_json"),
}


@pytest.mark.parametrize(("line", "rule"), BROKEN.values(), ids=BROKEN)
def test_F43_a_broken_line_costs_itself(tmp_path, line, rule):
    good = [b'{"a":%d,"b":"x"}' % i for i in range(200)]
    data = b"\n".join([*good[:100], line, *good[100:]])
    found = read_bytes(tmp_path, data, format="jsonl")
    assert found.rules == {101: rule}
    assert (found.bad[101].content, found.bad[101].line_no) == (line, 101)
    assert [row[:2] for row in found.values] == [(str(i), "x") for i in range(200)]


EXACT = [
    ("1.10", "1.10"),
    ("12345678901234567890123", "12345678901234567890123"),
    ("-0.0", "-0.0"),
    ("1E5", "1E5"),
    ("0.10000000000000000000001", "0.10000000000000000000001"),
    ("1e400", "1e400"),
    ("true", "true"),
    ("false", "false"),
    ("null", None),
    ('"null"', "null"),
    ('""', ""),
    ('" x "', " x "),
    ('"00123"', "00123"),
    ('"a\\n\\t\\"\\\\\\/\\u4f60"', 'a\n\t"\\/你'),
    ('"\\ud83d\\ude00"', "😀"),
    ('"a,b:{}[]"', "a,b:{}[]"),
    ('"你好"', "你好"),
    ('{"x": 1.50, "y":["a,}", 2]}', '{"x": 1.50, "y":["a,}", 2]}'),
    ("[ ]", "[ ]"),
    ('[{"q":"\\""}]', '[{"q":"\\""}]'),
]


@pytest.mark.parametrize(("literal", "text"), EXACT)
@pytest.mark.parametrize("spaces", [False, True], ids=["tight", "spaced"])
def test_F43_a_value_arrives_as_it_is_written(tmp_path, literal, text, spaces):
    line = f' {{ "k" : {literal} , "z" : 1 }} ' if spaces else f'{{"k":{literal},"z":1}}'
    found = read_bytes(tmp_path, (line + "\r\n").encode() * 3, format="jsonl")
    assert (found.columns, found.values) == (["k", "z"], [(text, "1")] * 3)


def test_F43_columns_are_all_keys_in_order_of_appearance(tmp_path):
    data = b'{"b":1}\n\n{"a":2,"b":3}\n{}\n{"c":null,"a":"x"}\n{"b":4,"a":5,"c":6}'
    found = read_bytes(tmp_path, data, format="jsonl")
    assert found.columns == ["b", "a", "c"]
    assert found.values == [("1", None, None), ("3", "2", None), (None, None, None), (None, "x", None), ("4", "5", "6")]
    assert found.reader.line_numbers([1, 2, 5]) == {1: 1, 2: 3, 5: 6}


def test_F43_keys_that_look_like_paths_stay_keys(tmp_path):
    found = read_bytes(tmp_path, '{"x.y":1,"$.a":2,"名 前":3,"q\\"t":4}'.encode(), format="jsonl")
    assert (found.columns, found.values) == (["x.y", "$.a", "名 前", 'q"t'], [("1", "2", "3", "4")])
    with pytest.raises(DeliveryRejected) as refusal:
        read_bytes(tmp_path, b'{"":5}', format="jsonl")
    assert refusal.value.reason == "missing_header"


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b'[{"a":1.0,\n"b":"x"},\n {"a":2}]\n', [("1.0", "x"), ("2", None)]),
        (b'\xef\xbb\xbf [ {"a":1.0,"b":[1,\n2]} ]', [("1.0", "[1, 2]")]),
        (b'{\n  "a": 1.0,\n  "b": "x"\n}\n', [("1.0", "x")]),
    ],
)
def test_F43_a_small_document_reads_as_the_lines_it_would_be(tmp_path, data, rows):
    assert read_bytes(tmp_path, data, format="jsonl").values == rows


def test_F43_an_array_that_is_not_whole_rejects_the_delivery_with_advice(tmp_path):
    with pytest.raises(DeliveryRejected, match="one object per line") as refusal:
        read_bytes(tmp_path, b'[{"a":1},\n{"a":', format="jsonl")
    assert refusal.value.reason == "json_array"


def test_F43_keys_that_differ_in_case_only_cannot_be_columns(tmp_path):
    with pytest.raises(DeliveryRejected) as refusal:
        read_bytes(tmp_path, b'{"a":1}\n{"A":2}\n', format="jsonl")
    assert refusal.value.reason == "duplicate_header"


@pytest.mark.parametrize("codec", ["utf-16", "gb18030", "utf-8-sig"])
def test_F43_other_encodings_are_read_too(tmp_path, codec):
    data = '{"名":"你好，世界"}\n{"名":"再见"}\n'.encode(codec)
    assert read_bytes(tmp_path, data, format="jsonl", encoding=codec).values == [("你好，世界",), ("再见",)]
